#include "tests/bench/compile_by_size.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "jit/bpf/lowered.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"
#include "tests/bench/failure.hpp"

namespace tailbound::bench {

namespace {

using namespace bpf;

constexpr std::array<std::uint32_t, 5> sizes = {16, 64, 256, 1024, 4096};
/// Of one program, as the verifier's limit.
constexpr std::uint32_t functions_a_program = 256;

Expr constant(std::int32_t value) { return {.first = Constant{value}, .rest = {}}; }
Statement call(std::uint32_t function) {
  return {Evaluate{{.first = CallValue{static_cast<std::uint16_t>(function)}, .rest = {}}}};
}

/// Four kinds of subprograms in turn: a tail call, a branch, a store, and two calls of the last of all.
Function subprogram(std::uint32_t f, std::uint32_t last) {
  Function function{
      .name = "f" + std::to_string(f), .stack = static_cast<std::uint16_t>(8 * (f % 5)), .keep = 0, .body = {}};
  if (f % 4 == 0) function.body.push_back({TailCall{.array = 0, .index = constant(0)}});
  if (f % 4 == 1) {
    function.body.push_back({If{.left = {.first = Data{f}, .rest = {}},
                                .compare = Compare::gt,
                                .right = 2,
                                .then_block = {{Return{constant(2)}}},
                                .else_block = {}}});
  }
  if (f % 4 == 2) function.body.push_back({StoreCell{.cell = {0, 0}, .value = constant(3)}});
  if (f % 4 == 3 && f != last) function.body.insert(function.body.end(), {call(last), call(last)});
  function.body.push_back({Return{constant(0)}});
  return function;
}

Program program(std::uint32_t functions) {
  Program made;
  Function main{.name = "p", .stack = 16, .keep = 0, .body = {}};
  for (std::uint32_t f = 1; f < functions; ++f) main.body.push_back(call(f));
  main.body.push_back({Return{constant(0)}});
  made.functions.push_back(std::move(main));
  for (std::uint32_t f = 1; f < functions; ++f) made.functions.push_back(subprogram(f, functions - 1));
  return made;
}

Lowered lowered(std::uint32_t functions) {
  Scenario scenario;
  scenario.maps.push_back({.name = "cells", .cells = {0}});
  scenario.arrays.push_back({.name = "a", .size = 1, .slots = {{.index = 0, .program = 0}}});
  for (std::uint32_t left = functions; left != 0;) {
    const std::uint32_t here = std::min(left, functions_a_program);
    scenario.programs.push_back(program(here));
    left -= here;
  }
  return lower(scenario);
}

const Lowered& of_size(std::uint32_t functions) {
  static std::map<std::uint32_t, Lowered> made;
  const auto found = made.find(functions);
  return found != made.end() ? found->second : made.emplace(functions, lowered(functions)).first->second;
}

double instructions(std::uint32_t functions) {
  std::size_t count = 0;
  for (const Bytecode& code : of_size(functions).programs) count += code.insns.size();
  return static_cast<double>(count);
}

void compile(benchmark::State& state) {
  const auto functions = static_cast<std::uint32_t>(state.range(0));
  const Lowered& scenario = of_size(functions);
  x86_64::Compiler compiler;
  std::vector<jit::Image> images(scenario.programs.size());
  for (auto _ : state) {
    for (std::size_t p = 0; p < images.size(); ++p) {
      const auto done =
          compiler.compile(scenario.programs[p], *x86_64::find_scheme("pointer"), jit::Options{}, images[p]);
      if (!done) return fail(state, done.error().text());
    }
  }
  state.counters["an insn"] = benchmark::Counter(
      instructions(functions), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

void register_compile_by_size() {
  auto* const family = benchmark::RegisterBenchmark("compile", compile);
  for (const std::uint32_t size : sizes) family->Arg(size);
}

std::string compile_slope(const std::map<std::string, double>& medians) {
  double least = 0, most = 0;
  std::string out;
  for (const std::uint32_t size : sizes) {
    const auto found = medians.find(fmt::format("compile/{}", size));
    if (found == medians.end()) return {};
    const double each = found->second / instructions(size);
    out += fmt::format("  {:>5} functions{:>8.1f} ns\n", size, each);
    least = least == 0 ? each : std::min(least, each);
    most = std::max(most, each);
  }
  return fmt::format("compiling, a BPF instruction, by size of the scenario: dearest to cheapest {:.2f}\n{}",
                     most / least, out);
}

}  // namespace tailbound::bench

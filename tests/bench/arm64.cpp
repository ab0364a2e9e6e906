#include "tests/bench/arm64.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/schemes.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/bare_runs.hpp"
#include "tests/bench/failure.hpp"
#include "tests/bench/mix.hpp"

namespace tailbound::bench {

namespace {

const arm64::Scheme& scheme() { return *arm64::find_scheme("pointer"); }

std::unique_ptr<engine::Engine> make_engine() { return engine::make_arm64({.scheme = &scheme(), .options = {}}); }

void compile(benchmark::State& state) {
  arm64::Compiler compiler;
  jit::Image image;
  std::size_t i = 0;
  for (auto _ : state) {
    for (const bpf::Bytecode& program : reference_mix().lowered[i].programs) {
      const auto done = compiler.compile(program, scheme(), {}, image);
      if (!done) return fail(state, done.error().text());
    }
    i = (i + 1) % reference_mix().lowered.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

/// Elapsed time: most of it is another process's.
void run(benchmark::State& state) {
  const auto engine = make_engine();
  std::size_t i = 0;
  for (auto _ : state) {
    const Observation& seen = engine->run_one(reference_mix().lowered[i]);
    if (!seen.unavailable.empty()) return fail(state, seen.unavailable);
    i = (i + 1) % reference_mix().lowered.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void run_again(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  constexpr int times = 16;
  const auto engine = make_engine();
  auto* const bare = dynamic_cast<engine::BareRuns*>(engine.get());
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string why_not = bare->prepare(reference_mix().lowered[i]);
    if (!why_not.empty()) return fail(state, why_not);
    bare->run_bare();  // translates
    const Clock::time_point before = Clock::now();
    for (int n = 0; n < times; ++n) bare->run_bare();
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - before).count() / times);
    i = (i + 1) % reference_mix().lowered.size();
  }
}

double of(const std::map<std::string, double>& medians, const std::string& name) {
  const auto found = medians.find(name);
  return found == medians.end() ? 0 : found->second;
}

}  // namespace

void register_arm64() {
  benchmark::RegisterBenchmark("compile_arm64", compile);
  if (const auto why_not = make_engine()->unavailable()) {
    fmt::print("no emulated runs of arm64: {}\n", *why_not);
    return;
  }
  benchmark::RegisterBenchmark("arm64", run)->UseRealTime();
  benchmark::RegisterBenchmark("arm64_again", run_again)->UseManualTime();
}

std::string arm64_summary(const std::map<std::string, double>& medians) {
  std::string out;
  const double x86_64 = of(medians, "compile"), arm64 = of(medians, "compile_arm64");
  const double whole = of(medians, "arm64/real_time"), again = of(medians, "arm64_again/manual_time");
  if (x86_64 != 0 && arm64 != 0)
    out += fmt::format("compiling the mix for arm64 takes {:.2f} of the time for x86-64\n", arm64 / x86_64);
  if (whole != 0) out += fmt::format("{:.0f} scenarios/s run on arm64 under the emulator\n", 1e9 / whole);
  if (whole != 0 && again != 0) {
    out += fmt::format("  runs of translated code with their round trips take {:.1f} us of {:.1f} us\n", again / 1000,
                       whole / 1000);
  }
  return out;
}

}  // namespace tailbound::bench

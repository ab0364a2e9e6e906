// libFuzzer: any file is refused with its place or taken; what is taken, the compiler takes too or refuses by
// name, and the interpreter runs it within its fuel, every address checked.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "jit/bpf/object/prepare.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/engine.hpp"

namespace {

using namespace tailbound;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "object_fuzzer: %s\n", what);
  std::abort();
}

void compile_all(const bpf::Lowered& lowered) {
  static x86_64::Compiler compiler;
  static jit::Image image;
  for (const bpf::Bytecode& program : lowered.programs) {
    const auto done = compiler.compile(program, *x86_64::find_scheme("pointer"), {}, image);
    require(done || !done.error().message.empty(), "a refusal without a reason");
    if (done) require(image.address.size() == program.insns.size(), "a slot has no place in the image");
  }
}

void run_all(bpf::Lowered lowered) {
  static const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) lowered.events.push_back(bpf::Run{p, {}});
  const Observation& seen = interpreter->run_one(lowered);
  require(seen.runs.size() == lowered.programs.size(), "a run is missing");
  for (const RunObservation& run : seen.runs) {
    require(run.tail_calls(seen.layout) <= bpf::max_tail_call_cnt || run.status != RunStatus::finished,
            "more tail calls than 33");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto object = bpf::read_object(std::as_bytes(std::span(data, size)), {.bare_code = (size & 1U) != 0});
  if (!object) {
    const std::string text = object.error().text();
    require(!object.error().message.empty(), "an error without a reason");
    require(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }),
            "an error that is no line");
    return 0;
  }
  constexpr std::uint64_t fuel = 64;
  const auto prepared = bpf::prepare(*object, {.fuel = fuel});
  if (!prepared) return 0;
  compile_all(prepared->lowered);
  run_all(prepared->lowered);
  return 0;
}

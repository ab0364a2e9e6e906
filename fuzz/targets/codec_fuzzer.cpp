// libFuzzer: any bytes decode to a valid scenario, and that scenario survives the round trip.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/limits.hpp"

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "codec_fuzzer: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tailbound::bpf;
  const Scenario scenario = decode_scenario(std::span(data, size));
  if (const auto violation = check_scenario(scenario)) fail(violation->message.c_str());
  if (!(decode_scenario(encode_scenario(scenario)) == scenario)) fail("encode and decode changed the scenario");
  return 0;
}

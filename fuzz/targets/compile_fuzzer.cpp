// libFuzzer: any bytes are refused by name or compile, under every scheme, to an image with a place for every
// slot.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/from_insns.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"

namespace {

using namespace tailbound;

std::vector<bpf::LoweredMap> some_maps() {
  std::vector<bpf::LoweredMap> maps(3);
  for (bpf::LoweredMap& map : maps) map.words = {0};
  maps[2].kind = bpf::LoweredMap::Kind::prog_array;
  maps[2].max_entries = 4;
  return maps;
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "compile_fuzzer: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<bpf::LoweredMap> maps = some_maps();
  static x86_64::Compiler compiler;
  static jit::Image image;
  const auto slots = bpf::decode(std::as_bytes(std::span(data, size / 8 * 8)));
  require(slots.has_value(), "whole slots did not decode");
  const auto program = bpf::from_insns(*slots, maps);
  if (!program) {
    require(program.error().insn <= slots->size() && !program.error().message.empty(),
            "an error without a place");
    return 0;
  }
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    const auto done = compiler.compile(*program, scheme, {}, image);
    if (!done) continue;
    require(image.address.size() == slots->size(), "a slot has no place in the image");
    require(std::ranges::is_sorted(image.address), "the places of the slots are not in order");
  }
  return 0;
}

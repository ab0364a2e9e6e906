// libFuzzer target: what assembles must print, and what is printed must assemble to the same slots.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "jit/bpf/text.hpp"

using namespace tailbound;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto slots = bpf::assemble(std::string_view(reinterpret_cast<const char*>(bytes), size));
  if (!slots) return 0;
  if (bpf::assemble(bpf::to_text(*slots)) != *slots) std::abort();
  return 0;
}

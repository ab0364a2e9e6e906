#include "jit/x86_64/link.hpp"

#include <cstring>

namespace tailbound::x86_64 {

namespace {

using jit::Relocation;

template <class T>
void put(std::uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

std::uint32_t rel32(std::uint64_t field, std::uint64_t to) { return static_cast<std::uint32_t>(to - field - 4); }

}  // namespace

void link(const jit::Image& image, const Placement& placement, std::uint8_t* code) {
  for (const Relocation& r : image.relocations) {
    const std::uint64_t field = placement.function[r.function] + r.offset - image.functions[r.function].offset;
    std::uint8_t* const at = code + r.offset;
    switch (r.kind) {
      case Relocation::Kind::function: put(at, rel32(field, placement.function[r.target])); break;
      case Relocation::Kind::helper: put(at, rel32(field, placement.helper[r.target])); break;
      case Relocation::Kind::thunk: put(at, rel32(field, placement.thunk[r.target])); break;
      case Relocation::Kind::return_thunk: put(at, rel32(field, placement.return_thunk)); break;
      case Relocation::Kind::map: put(at, placement.map[r.target]); break;
      case Relocation::Kind::map_value:
        put(at, placement.map_value[r.target] + static_cast<std::uint64_t>(static_cast<std::int64_t>(r.addend)));
        break;
      case Relocation::Kind::per_cpu: put(at, placement.per_cpu + static_cast<std::uint32_t>(r.addend)); break;
    }
  }
}

PatchBytes jump_bytes(std::uint64_t from, std::uint64_t to) {
  PatchBytes bytes = {0xe9};
  put(&bytes[1], static_cast<std::uint32_t>(to - from - bytes.size()));
  return bytes;
}

SitePatches patches(const jit::Image& image, const jit::ImageSite& site, std::uint64_t function_address,
                    std::optional<std::uint64_t> entry) {
  const std::uint64_t base = function_address - image.functions[site.function].offset;
  if (entry) return {.bypass = nop5, .target = jump_bytes(base + site.target, *entry)};
  return {.bypass = jump_bytes(base + site.bypass, base + site.out), .target = nop5};
}

}  // namespace tailbound::x86_64

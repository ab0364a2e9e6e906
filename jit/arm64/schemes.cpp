#include "jit/arm64/schemes.hpp"

#include <iterator>

#include "jit/arm64/families.hpp"

namespace tailbound::arm64 {

namespace {

std::vector<Scheme> all_families() {
  std::vector<Scheme> all;
  for (const auto family : {pointer_family, pointer_fixed_frame_family, by_value_family}) {
    std::vector<Scheme> schemes = family();
    all.insert(all.end(), std::make_move_iterator(schemes.begin()), std::make_move_iterator(schemes.end()));
  }
  return all;
}

/// Kernel addresses of data: 0xffff0000xxxxxxxx, 0xfff00000xxxxxxxx.
constexpr std::uint8_t linear_map_blocks = 0b1011;

}  // namespace

std::span<const Scheme> schemes() {
  static const std::vector<Scheme> all = all_families();
  return all;
}

const Scheme* find_scheme(std::string_view name) { return jit::find_named(schemes(), name); }

jit::Options options_6_1() {
  jit::Options options;
  options.pac = true;
  options.ptrs = 272;
  options.address_blocks = linear_map_blocks;
  return options;
}

jit::Options options_6_12() {
  jit::Options options = options_6_1();
  options.ptrs = 264;
  return options;
}

}  // namespace tailbound::arm64

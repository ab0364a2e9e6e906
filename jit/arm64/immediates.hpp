// Immediates that not every number is.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>

namespace tailbound::arm64 {

/// Of add and sub: 12 bits, or 12 bits shifted by 12.
class Imm12 {
 public:
  static constexpr bool fits(std::uint32_t value) { return (value & ~0xfffU) == 0 || (value & ~0xfff000U) == 0; }
  explicit constexpr Imm12(std::uint32_t value)
      : shifted((value & ~0xfffU) != 0), bits(shifted ? value >> 12 : value) {
    assert(fits(value) && "12 bits, in place or shifted by 12");
  }
  bool shifted;
  std::uint32_t bits;
};

/// Of and, orr and eor: a run of ones, rotated, repeated over the width; the bits N, immr and imms (Arm manual:
/// DecodeBitMasks).
class Bitmask {
 public:
  /// nullopt: the value is none. Not wide: the upper half of `value` is 0.
  static std::optional<Bitmask> of(std::uint64_t value, bool wide);
  std::uint32_t bits;

 private:
  explicit Bitmask(std::uint32_t encoded) : bits(encoded) {}
};

}  // namespace tailbound::arm64

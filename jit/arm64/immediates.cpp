#include "jit/arm64/immediates.hpp"

#include <bit>

namespace tailbound::arm64 {

namespace {

constexpr std::uint64_t ones(unsigned count) { return count == 64 ? ~0ULL : (1ULL << count) - 1; }

/// The smallest width that repeated gives `value`.
unsigned element_width(std::uint64_t value) {
  unsigned width = 64;
  while (width > 2 && (value & ones(width / 2)) == (value >> width / 2 & ones(width / 2))) width /= 2;
  return width;
}

/// Where the run of ones of an element begins, if it is one run, round the end too; else nothing.
std::optional<unsigned> run_begin(std::uint64_t element, unsigned width) {
  const auto length = static_cast<unsigned>(std::popcount(element));
  const auto first = static_cast<unsigned>(std::countr_zero(element));
  if (element >> first == ones(length)) return first;
  const std::uint64_t gap = ~element & ones(width);
  const auto gap_first = static_cast<unsigned>(std::countr_zero(gap));
  if (gap >> gap_first == ones(width - length)) return gap_first + width - length;
  return std::nullopt;
}

}  // namespace

std::optional<Bitmask> Bitmask::of(std::uint64_t value, bool wide) {
  if (!wide) value |= value << 32;
  if (value == 0 || value == ~0ULL) return std::nullopt;
  const unsigned width = element_width(value);
  const std::uint64_t element = value & ones(width);
  const std::optional<unsigned> begin = run_begin(element, width);
  if (!begin) return std::nullopt;
  const unsigned n = width == 64 ? 1 : 0;
  const unsigned immr = (width - *begin) % width;
  const unsigned imms = (0x3fU & ~(2 * width - 1)) | (static_cast<unsigned>(std::popcount(element)) - 1);
  return Bitmask(n << 12 | immr << 6 | imms);
}

}  // namespace tailbound::arm64

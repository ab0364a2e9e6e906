// A fast stream of numbers from a seed, and words that prefer the edges.
#pragma once

#include <array>
#include <cstdint>

namespace tailbound::insns {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}

  /// splitmix64
  std::uint64_t word() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>((word() >> 32) * end >> 32); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  const auto& of(const auto& all) { return all[below(static_cast<std::uint32_t>(all.size()))]; }

  /// A boundary, one beside a boundary, a power of two, or any word.
  std::uint64_t edgy() {
    static constexpr auto edges = std::to_array<std::uint64_t>(
        {0, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff,
         0x8000000000000000, 0xffffffff80000000, 0x80000000ffffffff, 0xffffffff00000000, 31, 32, 63, 64});
    switch (below(4)) {
      case 0:
        return of(edges) + below(3) - 1;
      case 1:
        return std::uint64_t{1} << below(64);
      case 2:
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int8_t>(word())));
      default:
        return word();
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace tailbound::insns

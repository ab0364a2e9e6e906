// Randomness as a parameter: either the endless stream of a seed, or given bytes and then zeros.
#pragma once

#include <cstdint>
#include <span>

namespace tailbound::gen {

class ByteSource {
 public:
  explicit ByteSource(std::uint64_t seed) : state_(seed), endless_(true) {}
  explicit ByteSource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t bits() { return endless_ ? next_of_seed() : next_of_bytes(); }
  /// 0 … count-1; 0 when count is 0.
  std::uint32_t below(std::uint32_t count) {
    return count == 0 ? 0 : static_cast<std::uint32_t>((bits() & UINT32_MAX) % count);
  }
  /// first … last.
  std::uint32_t between(std::uint32_t first, std::uint32_t last) { return first + below(last - first + 1); }
  bool percent(std::uint32_t chance) { return below(100) < chance; }

 private:
  /// splitmix64
  std::uint64_t next_of_seed() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }
  std::uint64_t next_of_bytes() {
    std::uint64_t value = 0;
    for (int i = 0; i < 2 && !bytes_.empty(); ++i) {
      value = value << 8 | bytes_.front();
      bytes_ = bytes_.subspan(1);
    }
    return value;
  }

  std::uint64_t state_ = 0;
  bool endless_ = false;
  std::span<const std::uint8_t> bytes_;
};

/// Seed of the n-th scenario of a campaign.
constexpr std::uint64_t scenario_seed(std::uint64_t campaign, std::uint64_t n) {
  return (campaign + 1) * 0x9e3779b97f4a7c15ULL ^ n * 0xd1b54a32d192ed03ULL;
}

}  // namespace tailbound::gen

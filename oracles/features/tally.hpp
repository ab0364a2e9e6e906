// Counters that stop at their top, and where an amount falls.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "oracles/features/features.hpp"
#include "oracles/features/groups.hpp"

namespace tailbound::features {

class Tally {
 public:
  explicit Tally(std::span<volatile std::uint8_t, counters> into) : into_(into) {}

  template <Of of, class... Places>
  void add(Places... places) {
    const std::size_t at = counter<of>(static_cast<std::size_t>(places)...);
    const std::uint8_t old = into_[at];
    if (old != UINT8_MAX) into_[at] = static_cast<std::uint8_t>(old + 1);
  }

 private:
  std::span<volatile std::uint8_t, counters> into_;
};

/// The bucket whose last number is the first that is not below the amount; the last one has no end.
template <std::size_t n>
constexpr std::size_t bucket(const std::array<std::uint32_t, n>& last, std::uint64_t amount) {
  std::size_t i = 0;
  while (i < n && amount > last[i]) ++i;
  return i;
}

inline constexpr std::array<std::uint32_t, 6> count_ends = {0, 1, 3, 7, 15, 32};
inline constexpr std::array<std::uint32_t, 7> depth_ends = {1, 2, 3, 4, 6, 8, 16};
inline constexpr std::array<std::uint32_t, 6> stack_ends = {0, 8, 32, 64, 128, 256};
inline constexpr std::array<std::uint32_t, 7> amount_ends = {0, 1, 3, 7, 15, 32, 33};
inline constexpr std::array<std::uint32_t, 8> size_ends = {0, 1, 2, 4, 8, 16, 32, 64};
inline constexpr std::array<std::uint32_t, 3> run_ends = {0, 1, 2};  // of a run's number from 0
inline constexpr std::array<std::uint32_t, 3> times_ends = {1, 2, 3};
static_assert(count_ends.size() + 1 == axis::count.size() && count_ends.size() + 1 == axis::forgotten.size());
static_assert(depth_ends.size() + 1 == axis::depth.size());
static_assert(stack_ends.size() + 1 == axis::stack.size() &&
              stack_ends.size() + 1 == axis::target_stack.size());
static_assert(amount_ends.size() + 1 == axis::amount.size());
static_assert(size_ends.size() + 1 == axis::size.size());
static_assert(run_ends.size() + 1 == axis::run.size() && times_ends.size() + 1 == axis::times.size());

}  // namespace tailbound::features

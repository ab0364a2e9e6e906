// What a tail call does, as the interpreter reads it: one count a context, kept in one cell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/profile.hpp"

namespace tailbound::engine::interpreter {

/// The slots of all prog_arrays, by map. Changes last from run to run.
class Slots {
 public:
  static constexpr std::uint32_t empty = 0xffff'ffff;

  void load(std::span<const bpf::LoweredMap> maps);
  void set(std::size_t map, std::uint32_t index, std::optional<std::uint16_t> program);
  /// The slots of a map; nothing when it is no prog_array.
  std::optional<std::span<const std::uint32_t>> of(std::size_t map) const;

 private:
  struct Array {
    std::size_t first = 0;
    std::uint32_t size = 0;
    bool is_prog_array = false;
  };
  std::vector<Array> arrays_;            // one a map
  std::vector<std::uint32_t> programs_;  // of all arrays, one after the other
};

/// The count of one context.
class TailCallCount {
 public:
  /// The program to enter, or Slots::empty when the call is refused. Compared before it is incremented: as many
  /// calls succeed as the limit says, the next one falls through.
  std::uint32_t attempt(std::span<const std::uint32_t> slots, std::uint32_t index,
                        const bpf::Profile& profile) {
    const bool below_limit = count_ < profile.limit;
    if (index >= slots.size()) return refuse(below_limit ? profile.cost_out_of_range : 0);
    if (!below_limit) return refuse(profile.cost_limit);
    if (slots[index] == Slots::empty) return refuse(profile.cost_empty);
    ++count_;
    return slots[index];
  }

 private:
  std::uint32_t refuse(std::uint32_t cost) {
    count_ += cost;
    return Slots::empty;
  }

  std::uint64_t count_ = 0;
};

}  // namespace tailbound::engine::interpreter

#include <algorithm>

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

/// The array's slot `from`, and everything that names it by a number, is slot `to`.
void move(Scenario& s, std::uint16_t array, std::uint32_t from, std::uint32_t to) {
  std::erase_if(s.arrays[array].slots, [&](const Slot& slot) { return slot.index == to; });
  for (Slot& slot : s.arrays[array].slots) {
    if (slot.index == from) slot.index = to;
  }
  each_spot(s, [&](const Spot& spot) {
    auto* call = std::get_if<TailCall>(&spot.statement().node);
    if (call == nullptr || call->array != array || !call->index.rest.empty()) return false;
    auto* known = std::get_if<Constant>(&call->index.first);
    auto* hidden = std::get_if<Data>(&call->index.first);
    if (known != nullptr && static_cast<std::uint32_t>(known->value) == from) {
      known->value = static_cast<std::int32_t>(to);
    } else if (hidden != nullptr && hidden->value == from) {
      hidden->value = to;
    }
    return false;
  });
  const auto slot = [&](SetSlot& e) {
    if (e.array == array && e.index == from) e.index = to;
  };
  for (Event& event : s.events) {
    if (auto* set = std::get_if<SetSlot>(&event)) slot(*set);
    if (auto* later = std::get_if<AtEntry>(&event)) slot(later->change);
  }
}

bool is_taken(const ProgArray& array, std::uint32_t index) {
  for (const Slot& slot : array.slots) {
    if (slot.index == index) return true;
  }
  return false;
}

/// Two filled slots change places, and what names them.
void swap(Scenario& s, std::uint16_t array, std::uint32_t a, std::uint32_t b) {
  const std::uint32_t aside = s.arrays[array].size;  // an index that no slot has
  move(s, array, a, aside);
  move(s, array, b, a);
  move(s, array, aside, b);
  std::ranges::sort(s.arrays[array].slots);
}

}  // namespace

/// Only what is filled has a place to keep: an index that is refused is a number like others.
void shrink_indices(Step& step) {
  for (std::uint16_t a = 0; a < step.s.arrays.size(); ++a) {
    const ProgArray& array = step.s.arrays[a];
    for (const Slot& slot : array.slots) {
      std::uint32_t free = 0;
      while (free < slot.index && is_taken(array, free)) ++free;
      if (free == slot.index || !step.here()) continue;
      return move(step.s, a, slot.index, free);
    }
    for (std::size_t i = 1; i < array.slots.size(); ++i) {
      if (step.here()) return swap(step.s, a, array.slots[i - 1].index, array.slots[i].index);
    }
  }
}

}  // namespace tailbound::gen::pass

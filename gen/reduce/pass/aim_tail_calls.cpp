#include <optional>
#include <utility>

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

/// Nothing: it is not a constant.
std::optional<std::uint32_t> known_index(const TailCall& call) {
  const auto* constant = call.index.rest.empty() ? std::get_if<Constant>(&call.index.first) : nullptr;
  return constant == nullptr ? std::nullopt : std::optional(static_cast<std::uint32_t>(constant->value));
}

/// Whether the tail call may come to this slot.
bool may_name(const TailCall& call, std::uint16_t array, std::uint32_t index) {
  return call.array == array && known_index(call).value_or(index) == index;
}

/// Empties the slot where no tail call is left that may come to it.
void drop_slot_without_call(Scenario& s, std::uint16_t array, std::uint32_t index) {
  bool named = false;
  each_spot(s, [&](const Spot& spot) {
    const auto* call = std::get_if<TailCall>(&spot.statement().node);
    named |= call != nullptr && may_name(*call, array, index);
    return named;
  });
  if (!named) std::erase_if(s.arrays[array].slots, [&](const Slot& slot) { return slot.index == index; });
}

bool aim(Step& step, TailCall& call, std::uint16_t array, std::uint32_t index) {
  if (!step.here()) return false;
  const TailCall before = std::exchange(call, {array, {Constant{static_cast<std::int32_t>(index)}, {}}});
  if (const auto known = known_index(before); known && before.array < step.s.arrays.size())
    drop_slot_without_call(step.s, before.array, *known);
  drop_unreached(step.s);
  return true;
}

/// The first empty slot of an array; its size where all are filled.
std::uint32_t first_empty(const ProgArray& array) {
  std::uint32_t index = 0;
  for (const Slot& slot : array.slots) {
    if (slot.index == index) ++index;
  }
  return index;
}

bool aim_anywhere(Step& step, TailCall& call) {
  for (std::uint16_t a = 0; a < step.s.arrays.size(); ++a) {
    const ProgArray& array = step.s.arrays[a];
    for (const Slot& slot : array.slots) {
      if (aim(step, call, a, slot.index)) return true;
    }
    if (aim(step, call, a, first_empty(array)) || aim(step, call, a, array.size)) return true;
    if (first_empty(array) == array.size && aim(step, call, a, array.size)) {
      ++step.s.arrays[a].size;  // room for an empty slot
      return true;
    }
  }
  return false;
}

}  // namespace

void aim_tail_calls(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    auto* call = std::get_if<TailCall>(&spot.statement().node);
    return call != nullptr && aim_anywhere(step, *call);
  });
}

}  // namespace tailbound::gen::pass

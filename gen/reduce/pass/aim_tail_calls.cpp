#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

bool aim(Step& step, TailCall& call, std::uint16_t array, std::uint32_t index) {
  if (!step.here()) return false;
  call = {array, {Constant{static_cast<std::int32_t>(index)}, {}}};
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

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

/// True where the step was one of these: another program stands there.
bool move(Step& step, std::uint16_t& program) {
  for (std::uint16_t other = 0; other < step.s.programs.size(); ++other) {
    if (other == program || !step.here()) continue;
    program = other;
    drop_unreached(step.s);
    return true;
  }
  return false;
}

}  // namespace

void move_entries(Step& step) {
  for (Event& event : step.s.events) {
    if (auto* run = std::get_if<Run>(&event); run != nullptr && move(step, run->program)) return;
    if (auto* set = std::get_if<SetSlot>(&event); set != nullptr && set->program && move(step, *set->program))
      return;
  }
  for (ProgArray& array : step.s.arrays) {
    for (Slot& slot : array.slots) {
      if (move(step, slot.program)) return;
    }
  }
}

}  // namespace tailbound::gen::pass

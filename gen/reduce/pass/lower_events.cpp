#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

bool lower_slot(Step& step, SetSlot& change) {
  if (change.program && step.here()) {
    change.program.reset();
    return true;
  }
  return lower(step, change.array) || lower(step, change.index);
}

/// What a slot gets before the first run it has from the start.
bool settle(Step& step, std::size_t event) {
  const auto* set = std::get_if<SetSlot>(&step.s.events[event]);
  if (set == nullptr || !step.here()) return false;
  auto& slots = step.s.arrays[set->array].slots;
  std::erase_if(slots, [&](const Slot& slot) { return slot.index == set->index; });
  if (set->program) slots.push_back({set->index, *set->program});
  step.s.events.erase(step.s.events.begin() + static_cast<std::ptrdiff_t>(event));
  return true;
}

}  // namespace

void lower_events(Step& step) {
  for (std::size_t e = 0; e < step.s.events.size(); ++e) {
    if (settle(step, e)) return;
  }
  for (Event& event : step.s.events) {
    if (auto* set = std::get_if<SetSlot>(&event); set != nullptr && lower_slot(step, *set)) return;
    if (auto* set = std::get_if<SetCell>(&event)) {
      if (lower(step, set->value) || lower(step, set->cell.map) || lower(step, set->cell.index)) return;
    }
    if (auto* later = std::get_if<AtEntry>(&event)) {
      if (step.here()) {
        event = SetSlot(later->change);
        return;
      }
      if (lower(step, later->count, 1U) || lower(step, later->function.program)) return;
      if (lower(step, later->function.function) || lower_slot(step, later->change)) return;
    }
    if (auto* attach = std::get_if<Attach>(&event); attach != nullptr && attach->kind != AttachKind::fentry) {
      if (!step.here()) continue;
      attach->kind = AttachKind::fentry;
      return;
    }
  }
}

}  // namespace tailbound::gen::pass

#include "gen/body/body.hpp"

namespace tailbound::gen {

using namespace bpf;

namespace {

SetSlot any_change(Draft& draft) {
  ByteSource& source = draft.source;
  const auto arrays = static_cast<std::uint32_t>(draft.scenario.arrays.size());
  const auto array = static_cast<std::uint16_t>(source.below(arrays));
  SetSlot change{array, source.below(draft.scenario.arrays[array].size), std::nullopt};
  if (source.percent(50)) change.program = draft.any_program();
  return change;
}

/// Early entries: every entry before the n-th costs a trap.
AtEntry change_during_runs(Draft& draft) {
  const std::uint16_t program = draft.any_program();
  const auto function = static_cast<std::uint16_t>(draft.source.below(draft.function_count(program)));
  return {{program, function}, draft.source.between(1, 6), any_change(draft)};
}

/// The same entry again, or another program's.
void run_again(Draft& draft) {
  ByteSource& source = draft.source;
  auto& events = draft.scenario.events;
  if (source.percent(80)) events.push_back(any_change(draft));
  if (!draft.scenario.maps.empty() && source.percent(40)) {
    const auto cells = static_cast<std::uint32_t>(draft.scenario.maps[0].cells.size());
    events.push_back(SetCell{{0, static_cast<std::uint16_t>(source.below(cells))}, source.below(40)});
  }
  events.push_back(Run{source.percent(60) ? std::uint16_t{0} : draft.any_program(), {}});
}

}  // namespace

void draw_events(Draft& draft) {
  ByteSource& source = draft.source;
  Scenario& scenario = draft.scenario;
  scenario.seed = source.below(1U << 16);
  scenario.type = source.percent(85)   ? ProgType::tc
                  : source.percent(50) ? ProgType::xdp
                                       : ProgType::socket_filter;
  // The end of the fuel is part of the model; most scenarios are for what happens before it.
  if (source.below(1000) < 5) scenario.fuel = source.between(1, 60);
  if (source.percent(8)) scenario.events.push_back(change_during_runs(draft));
  scenario.events.push_back(Run{0, {}});
  if (!source.percent(25)) return;
  const std::uint32_t more = source.percent(70) ? 1 : source.between(1, draft.budget.entries - 1);
  for (std::uint32_t i = 0; i < more; ++i) run_again(draft);
}

}  // namespace tailbound::gen

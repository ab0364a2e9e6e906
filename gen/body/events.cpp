#include "gen/body/body.hpp"

namespace tailbound::gen {

using namespace bpf;

namespace {

std::uint16_t any_program(ByteSource& source, const Scenario& scenario) {
  return static_cast<std::uint16_t>(source.below(static_cast<std::uint32_t>(scenario.programs.size())));
}

SetSlot any_change(ByteSource& source, const Scenario& scenario) {
  const auto array =
      static_cast<std::uint16_t>(source.below(static_cast<std::uint32_t>(scenario.arrays.size())));
  SetSlot change{array, source.below(scenario.arrays[array].size), std::nullopt};
  if (source.percent(50)) change.program = any_program(source, scenario);
  return change;
}

/// Early entries: every entry before the n-th costs a trap.
AtEntry change_during_runs(ByteSource& source, const Scenario& scenario) {
  const std::uint16_t program = any_program(source, scenario);
  const auto functions = static_cast<std::uint32_t>(scenario.programs[program].functions.size());
  return {{program, static_cast<std::uint16_t>(source.below(functions))},
          source.between(1, 6),
          any_change(source, scenario)};
}

}  // namespace

void draw_events(ByteSource& source, Scenario& scenario) {
  scenario.seed = source.below(1U << 16);
  // The end of the fuel is part of the model; most scenarios are for what happens before it.
  if (source.below(1000) < 5) scenario.fuel = source.between(1, 60);
  if (source.percent(8)) scenario.events.push_back(change_during_runs(source, scenario));
  scenario.events.push_back(Run{0, {}});
  if (!source.percent(25)) return;
  scenario.events.push_back(any_change(source, scenario));
  if (!scenario.maps.empty() && source.percent(40)) {
    const auto cells = static_cast<std::uint32_t>(scenario.maps[0].cells.size());
    scenario.events.push_back(SetCell{{0, static_cast<std::uint16_t>(source.below(cells))}, source.below(40)});
  }
  const std::uint16_t next = source.percent(80) ? std::uint16_t{0} : any_program(source, scenario);
  scenario.events.push_back(Run{next, {}});
}

}  // namespace tailbound::gen

#include "gen/body/body.hpp"

namespace tailbound::gen {

using namespace bpf;

void draw_events(ByteSource& source, Scenario& scenario) {
  scenario.seed = source.below(1U << 16);
  const auto programs = static_cast<std::uint32_t>(scenario.programs.size());
  scenario.events.push_back(Run{0, {}});
  if (!source.percent(25)) return;
  const auto array = static_cast<std::uint16_t>(source.below(static_cast<std::uint32_t>(scenario.arrays.size())));
  SetSlot change{array, source.below(scenario.arrays[array].size), std::nullopt};
  if (source.percent(50)) change.program = static_cast<std::uint16_t>(source.below(programs));
  scenario.events.push_back(change);
  scenario.events.push_back(Run{static_cast<std::uint16_t>(source.percent(80) ? 0 : source.below(programs)), {}});
}

}  // namespace tailbound::gen

// One program tries many slots in turn, from main and from subprograms; some are empty, some lead back.
#include "gen/draft.hpp"
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void fan_out(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  const std::uint32_t leaves = source.between(1, budget.programs - 1);
  const std::uint16_t array = add_array(scenario, leaves + 1);
  const std::uint16_t root = add_program(scenario);
  for (std::uint32_t i = 0; i < leaves; ++i) {
    const std::uint16_t leaf = add_program(scenario);
    if (!source.percent(25)) fill_slot(scenario.arrays[array], i, leaf);
    if (source.percent(50)) tail_call_somewhere(source, budget, scenario, leaf, array, leaves);
  }
  if (source.percent(70)) fill_slot(scenario.arrays[array], leaves, root);
  const std::uint32_t calls = source.between(1, budget.calls);
  for (std::uint32_t i = 0; i < calls; ++i) {
    const std::uint32_t slot = source.below(leaves + 1);
    if (source.percent(60) && scenario.programs[root].functions.size() <= budget.subprograms) {
      const std::uint16_t sub = add_subprogram(scenario, root);
      scenario.programs[root].functions[sub].body.push_back(
          tail_call(array, slot_index(source, scenario.arrays[array], slot)));
      scenario.programs[root].functions[0].body.push_back(call(sub));
    } else {
      scenario.programs[root].functions[0].body.push_back(
          tail_call(array, slot_index(source, scenario.arrays[array], slot)));
    }
  }
}

}  // namespace tailbound::gen::shape

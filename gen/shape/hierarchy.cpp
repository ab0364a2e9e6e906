// Subprograms that are called several times tail-call mains that do the same: what a count by value multiplies.
#include "gen/draft.hpp"
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void hierarchy(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  const std::uint32_t programs = source.between(1, budget.programs - 1);
  const std::uint16_t array = add_array(scenario, programs);
  for (std::uint32_t i = 0; i < programs; ++i) fill_slot(scenario.arrays[array], i, add_program(scenario));
  for (std::uint16_t p = 0; p < programs; ++p) {
    const std::uint16_t deepest =
        call_chain(scenario, p, source.between(1, budget.frames - 1), source.between(1, 3), budget);
    const std::uint32_t sites = source.between(1, 2);
    for (std::uint32_t i = 0; i < sites; ++i) {
      scenario.programs[p].functions[deepest].body.push_back(
          tail_call(array, slot_index(source, scenario.arrays[array], source.below(programs))));
    }
    if (source.percent(20)) {
      scenario.programs[p].functions[0].body.push_back(
          tail_call(array, slot_index(source, scenario.arrays[array], source.below(programs))));
    }
  }
}

}  // namespace tailbound::gen::shape

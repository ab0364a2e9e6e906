// Large arrays with few programs: empty slots, indices from data, indices out of range, and a second array.
#include "gen/draft.hpp"
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void sparse(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  const std::uint32_t arrays = source.between(1, 2);
  for (std::uint32_t i = 0; i < arrays; ++i) add_array(scenario, source.between(2, 40));
  const std::uint32_t programs = source.between(1, budget.programs - 1);
  for (std::uint32_t p = 0; p < programs; ++p) {
    const std::uint16_t program = add_program(scenario);
    bpf::ProgArray& array = scenario.arrays[source.below(arrays)];
    fill_slot(array, source.below(array.size), program);
  }
  for (std::uint16_t p = 0; p < programs; ++p) {
    const std::uint32_t sites = source.between(1, budget.calls);
    for (std::uint32_t i = 0; i < sites; ++i) {
      const auto array = static_cast<std::uint16_t>(source.below(arrays));
      const bpf::ProgArray& slots = scenario.arrays[array];
      const bool filled = source.percent(60) && !slots.slots.empty();
      const std::uint32_t slot = filled
                                     ? slots.slots[source.below(static_cast<std::uint32_t>(slots.slots.size()))].index
                                     : source.below(slots.size);
      const std::size_t functions = scenario.programs[p].functions.size();
      if (source.percent(50) && functions <= budget.subprograms) {
        const std::uint16_t sub = add_subprogram(scenario, p);
        scenario.programs[p].functions[0].body.push_back(call(sub));
        scenario.programs[p].functions[sub].body.push_back(tail_call(array, slot_index(source, slots, slot)));
      } else {
        scenario.programs[p].functions[0].body.push_back(tail_call(array, slot_index(source, slots, slot)));
      }
    }
  }
}

}  // namespace tailbound::gen::shape

// p0 tail-calls p1, p1 tail-calls p2, …; the last returns.
#include "gen/draft.hpp"
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void chain(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  const std::uint32_t length = source.between(1, budget.programs);
  const std::uint16_t array = add_array(scenario, length);
  for (std::uint32_t i = 0; i < length; ++i) fill_slot(scenario.arrays[array], i, add_program(scenario));
  for (std::uint32_t i = 0; i + 1 < length; ++i) {
    tail_call_somewhere(source, budget, scenario, static_cast<std::uint16_t>(i), array, i + 1);
  }
}

}  // namespace tailbound::gen::shape

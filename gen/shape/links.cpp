#include "gen/shape/links.hpp"

#include "gen/draft.hpp"

namespace tailbound::gen {

bpf::Expr slot_index(ByteSource& source, const bpf::ProgArray& array, std::uint32_t slot) {
  if (source.percent(4)) return constant(static_cast<std::int32_t>(array.size + source.below(3)));
  if (source.percent(3)) return data(array.size + source.below(1000));
  // Only the low 32 bits are the index.
  if (source.percent(2)) return data(slot | std::uint64_t{1} << 32);
  if (source.percent(30)) return data(slot);
  return constant(static_cast<std::int32_t>(slot));
}

std::uint16_t call_chain(bpf::Scenario& scenario, std::uint16_t program, std::uint32_t depth, std::uint32_t calls,
                         const Budget& budget) {
  std::uint16_t caller = 0;
  std::uint32_t instances = 1;
  std::uint32_t expanded = 1;
  for (std::uint32_t level = 0; level < depth && level + 1 < budget.frames; ++level) {
    if (scenario.programs[program].functions.size() > budget.subprograms) break;
    std::uint32_t times = calls;
    while (times > 1 && expanded + instances * times > budget.expanded_functions) --times;
    if (expanded + instances * times > budget.expanded_functions) break;
    instances *= times;
    expanded += instances;
    const std::uint16_t callee = add_subprogram(scenario, program);
    for (std::uint32_t i = 0; i < times; ++i) {
      scenario.programs[program].functions[caller].body.push_back(call(callee));
    }
    caller = callee;
  }
  return caller;
}

void tail_call_somewhere(ByteSource& source, const Budget& budget, bpf::Scenario& scenario, std::uint16_t program,
                         std::uint16_t array, std::uint32_t slot) {
  const std::uint16_t function =
      source.percent(40) ? std::uint16_t{0}
                         : call_chain(scenario, program, source.between(1, budget.frames - 1),
                                      source.percent(60) ? 1 : source.between(1, 3), budget);
  scenario.programs[program].functions[function].body.push_back(
      tail_call(array, slot_index(source, scenario.arrays[array], slot)));
}

}  // namespace tailbound::gen

// One program tries many slots in turn, from main and from subprograms; some are empty, some lead back.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void fan_out(Draft& draft) {
  ByteSource& source = draft.source;
  const std::uint32_t leaves = source.between(1, draft.budget.programs - 1);
  const std::uint16_t array = draft.add_array(leaves + 1);
  const std::uint16_t root = draft.add_program();
  for (std::uint32_t i = 0; i < leaves; ++i) {
    const std::uint16_t leaf = draft.add_program();
    if (!source.percent(25)) draft.fill_slot(array, i, leaf);
    if (source.percent(50)) tail_call_somewhere(draft, leaf, array, leaves);
  }
  if (source.percent(70)) draft.fill_slot(array, leaves, root);
  const std::uint32_t calls = source.between(1, draft.budget.calls);
  for (std::uint32_t i = 0; i < calls; ++i)
    tail_call_near_main(draft, root, array, source.below(leaves + 1), 60);
}

}  // namespace tailbound::gen::shape

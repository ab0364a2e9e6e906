// One program in every slot tail-calls itself, from main and from subprograms: every entry runs the same
// frames.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void self_loop(Draft& draft) {
  ByteSource& source = draft.source;
  const std::uint32_t size = source.between(1, 3);
  const std::uint16_t array = draft.add_array(size);
  const std::uint16_t program = draft.add_program();
  for (std::uint32_t i = 0; i < size; ++i) draft.fill_slot(array, i, program);
  const std::uint32_t sites = source.between(1, draft.budget.calls);
  for (std::uint32_t i = 0; i < sites; ++i) tail_call_somewhere(draft, program, array, source.below(size));
}

}  // namespace tailbound::gen::shape

// Subprograms that are called several times tail-call mains that do the same: what a count by value
// multiplies.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void hierarchy(Draft& draft) {
  ByteSource& source = draft.source;
  const std::uint32_t programs = source.between(1, draft.budget.programs - 1);
  const std::uint16_t array = add_programs(draft, programs);
  const auto any_slot = [&] { return slot_index(draft, array, source.below(programs)); };
  for (std::uint16_t p = 0; p < programs; ++p) {
    const std::uint32_t depth = source.between(1, draft.budget.frames - 1);
    const std::uint16_t deepest = call_chain(draft, p, 0, depth, source.between(1, 3));
    const std::uint32_t sites = source.between(1, 2);
    for (std::uint32_t i = 0; i < sites; ++i) draft.add_tail_call({p, deepest}, array, any_slot());
    if (source.percent(20)) draft.add_tail_call({p, 0}, array, any_slot());
  }
}

}  // namespace tailbound::gen::shape

// The first program tries those between in turn, each of them leads to the last, and the last may lead back:
// what is counted on one way must be known on the other.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void diamond(Draft& draft) {
  ByteSource& source = draft.source;
  const std::uint32_t between = source.between(1, draft.budget.programs > 2 ? draft.budget.programs - 2 : 1);
  const std::uint32_t last = between + 1;
  const std::uint16_t array = add_programs(draft, last + 1);
  for (std::uint32_t i = 1; i <= between; ++i) {
    if (i <= draft.budget.calls) tail_call_near_main(draft, 0, array, i, 70);
    tail_call_somewhere(draft, static_cast<std::uint16_t>(i), array, last);
  }
  if (source.percent(70)) tail_call_somewhere(draft, static_cast<std::uint16_t>(last), array, 0);
}

}  // namespace tailbound::gen::shape

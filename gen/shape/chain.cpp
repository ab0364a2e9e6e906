// p0 tail-calls p1, p1 tail-calls p2, …; the last returns.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void chain(Draft& draft) {
  const std::uint32_t length = draft.source.between(1, draft.budget.programs);
  const std::uint16_t array = add_programs(draft, length);
  for (std::uint32_t i = 0; i + 1 < length; ++i) {
    tail_call_somewhere(draft, static_cast<std::uint16_t>(i), array, i + 1);
  }
}

}  // namespace tailbound::gen::shape

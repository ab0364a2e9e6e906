// Each program tail-calls the next, the last the first.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

void cycle(Draft& draft) {
  const std::uint32_t length = draft.source.between(2, draft.budget.programs);
  const std::uint16_t array = add_programs(draft, length);
  for (std::uint32_t i = 0; i < length; ++i) {
    tail_call_somewhere(draft, static_cast<std::uint16_t>(i), array, (i + 1) % length);
  }
}

}  // namespace tailbound::gen::shape

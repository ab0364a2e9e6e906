// Large arrays with few programs: empty slots, indices from data, indices out of range, and a second array.
#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

namespace {

std::uint32_t filled_or_any_slot(ByteSource& source, const bpf::ProgArray& array) {
  if (!source.percent(60) || array.slots.empty()) return source.below(array.size);
  return array.slots[source.below(static_cast<std::uint32_t>(array.slots.size()))].index;
}

}  // namespace

void sparse(Draft& draft) {
  ByteSource& source = draft.source;
  const std::uint32_t arrays = source.between(1, 2);
  for (std::uint32_t i = 0; i < arrays; ++i) draft.add_array(source.between(2, 40));
  const std::uint32_t programs = source.between(1, draft.budget.programs - 1);
  for (std::uint32_t p = 0; p < programs; ++p) {
    const std::uint16_t program = draft.add_program();
    const auto array = static_cast<std::uint16_t>(source.below(arrays));
    draft.fill_slot(array, source.below(draft.scenario.arrays[array].size), program);
  }
  for (std::uint16_t p = 0; p < programs; ++p) {
    const std::uint32_t sites = source.between(1, draft.budget.calls);
    for (std::uint32_t i = 0; i < sites; ++i) {
      const auto array = static_cast<std::uint16_t>(source.below(arrays));
      tail_call_near_main(draft, p, array, filled_or_any_slot(source, draft.scenario.arrays[array]), 50);
    }
  }
}

}  // namespace tailbound::gen::shape

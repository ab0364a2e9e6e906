#include "gen/shape/links.hpp"

#include <bit>

namespace tailbound::gen {

std::uint16_t add_programs(Draft& draft, std::uint32_t count) {
  const std::uint16_t array = draft.add_array(count);
  for (std::uint32_t i = 0; i < count; ++i) draft.fill_slot(array, i, draft.add_program());
  return array;
}

bpf::Expr slot_index(Draft& draft, std::uint16_t array, std::uint32_t slot) {
  const std::uint32_t size = draft.scenario.arrays[array].size;
  const std::uint32_t kind = draft.source.below(100);
  if (kind < 58) return constant(static_cast<std::int32_t>(slot));
  if (kind < 88) return data(slot);
  if (kind < 92) return constant(static_cast<std::int32_t>(size + draft.source.below(3)));
  if (kind < 95) {
    const std::uint32_t beyond = draft.source.below(1000);
    // One in five is negative where it is taken for a signed number.
    return data(beyond < 800 ? size + beyond : (std::uint64_t{1} << 31) + beyond);
  }
  // Only the low 32 bits are the index.
  if (kind < 97) return data(slot | std::uint64_t{1} << 32);
  const auto mask = static_cast<std::int32_t>(std::bit_ceil(size) - 1);
  return {bpf::Entries{{draft.any_program(), 0}}, {{bpf::ExprOp::bit_and, bpf::Constant{mask}}}};
}

std::uint16_t call_chain(Draft& draft, std::uint16_t program, std::uint16_t caller, std::uint32_t depth,
                         std::uint32_t calls) {
  for (std::uint32_t level = 0; level < depth; ++level) {
    const auto callee = draft.add_subprogram(program, caller, calls);
    if (!callee) break;
    caller = *callee;
  }
  return caller;
}

void tail_call_somewhere(Draft& draft, std::uint16_t program, std::uint16_t array, std::uint32_t slot) {
  ByteSource& source = draft.source;
  std::uint16_t function = 0;
  if (!source.percent(40)) {
    const std::uint32_t depth = source.between(1, draft.budget.frames - 1);
    function = call_chain(draft, program, 0, depth, source.percent(60) ? 1 : source.between(1, 3));
  }
  draft.add_tail_call({program, function}, array, slot_index(draft, array, slot));
}

void tail_call_near_main(Draft& draft, std::uint16_t program, std::uint16_t array, std::uint32_t slot,
                         std::uint32_t in_subprogram_percent) {
  std::uint16_t function = 0;
  if (draft.source.percent(in_subprogram_percent)) function = draft.add_subprogram(program, 0, 1).value_or(0);
  draft.add_tail_call({program, function}, array, slot_index(draft, array, slot));
}

}  // namespace tailbound::gen

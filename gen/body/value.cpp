#include "gen/body/value.hpp"

namespace tailbound::gen {

using namespace bpf;

namespace {

FunctionRef any_function(Draft& draft) {
  const std::uint16_t program = draft.any_program();
  return {program, static_cast<std::uint16_t>(draft.source.below(draft.function_count(program)))};
}

/// Known to nobody before the run.
Operand any_unknown(Draft& draft) {
  if (!draft.scenario.maps.empty() && draft.source.percent(60)) return Cell{any_cell(draft)};
  if (draft.source.percent(50)) return Entries{any_function(draft)};
  return Data{draft.source.below(50)};
}

}  // namespace

CellRef any_cell(Draft& draft) { return {0, static_cast<std::uint16_t>(draft.source.below(map_cells))}; }

Expr any_value(Draft& draft) {
  switch (draft.source.below(5)) {
    case 0: return constant(static_cast<std::int32_t>(draft.source.below(1000)));
    case 1: return {any_unknown(draft), {{ExprOp::add, Constant{1}}}};
    case 2: return {Entries{any_function(draft)}, {{ExprOp::bit_xor, any_unknown(draft)}}};
    case 3: return {any_unknown(draft), {{ExprOp::sub, any_unknown(draft)}, {ExprOp::lsh, Constant{1}}}};
    default:
      return {Data{draft.source.below(5)}, {{ExprOp::mul, any_unknown(draft)}, {ExprOp::rsh, Constant{3}}}};
  }
}

If any_condition(Draft& draft) {
  return {.left = any_value(draft),
          .compare = static_cast<Compare>(draft.source.below(11)),
          .right = static_cast<std::int32_t>(draft.source.below(40)) - 4,
          .then_block = {},
          .else_block = {}};
}

}  // namespace tailbound::gen

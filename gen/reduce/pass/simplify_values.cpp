#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

bool put(Step& step, Operand& operand, Operand by) {
  if (operand == by || !step.here()) return false;
  operand = by;
  return true;
}

bool simplify(Step& step, Operand& operand) {
  if (put(step, operand, Constant{})) return true;
  if (auto* data = std::get_if<Data>(&operand)) {
    return put(step, operand, Constant{static_cast<std::int32_t>(data->value)}) || lower(step, data->value);
  }
  if (auto* cell = std::get_if<Cell>(&operand))
    return put(step, operand, Cell{}) || lower(step, cell->cell.index);
  if (std::holds_alternative<Entries>(operand)) return put(step, operand, Entries{});
  return false;
}

bool simplify(Step& step, Expr& expr) {
  if (!expr.rest.empty() && step.here()) {
    expr = {Constant{}, {}};
    return true;
  }
  if (simplify(step, expr.first)) return true;
  for (ExprTerm& term : expr.rest) {
    if (simplify(step, term.operand)) return true;
    if (term.op == ExprOp::add || !step.here()) continue;
    term.op = ExprOp::add;
    return true;
  }
  return false;
}

}  // namespace

void simplify_values(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    Expr* const expr = spot.expression();
    return expr != nullptr && simplify(step, *expr);
  });
}

}  // namespace tailbound::gen::pass

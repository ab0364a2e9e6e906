#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

bool shrink(Step& step, Constant& constant) {
  auto number = static_cast<std::uint32_t>(constant.value);
  if (!lower(step, number)) return false;
  constant.value = static_cast<std::int32_t>(number);
  return true;
}

bool shrink(Step& step, Expr& expr) {
  if (auto* constant = std::get_if<Constant>(&expr.first); constant != nullptr && shrink(step, *constant))
    return true;
  for (ExprTerm& term : expr.rest) {
    if (auto* constant = std::get_if<Constant>(&term.operand); constant != nullptr && shrink(step, *constant))
      return true;
  }
  return false;
}

}  // namespace

void shrink_immediates(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    Expr* const expr = spot.expression();
    return expr != nullptr && shrink(step, *expr);
  });
}

}  // namespace tailbound::gen::pass

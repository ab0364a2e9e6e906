// Returns, and the numbers and operands of expressions.
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

bool has_expression(const Statement& s) { return !is<HelperCall>(s) && !is<Asm>(s); }

Operand& any_operand(Mutation& m, Expr& expr) {
  const std::size_t i = m.below(expr.rest.size() + 1);
  return i == 0 ? expr.first : expr.rest[i - 1].operand;
}

}  // namespace

bool change_return(Mutation& m) {
  const auto place = find_place(m, m.any_function(), is<Return>);
  if (!place) return false;
  auto& value = std::get<Return>(place->statement().node).value;
  Expr drawn = draw_value(m);
  if (drawn == value) return false;
  value = std::move(drawn);
  return true;
}

bool return_early(Mutation& m) {
  const FunctionRef function = m.any_function();
  if (!m.has_room(m.at(function), 2)) return false;
  const Place gap = find_gap(m, function);
  if (gap.nesting >= cap::nesting) return false;
  gap.insert({If{.left = draw_value(m),
                 .compare = draw_compare(m.source),
                 .right = static_cast<std::int32_t>(m.source.below(40)),
                 .then_block = {{Return{draw_value(m)}}},
                 .else_block = {}}});
  return true;
}

/// What the last call gives is handed on.
bool return_call(Mutation& m) {
  Block& body = m.at(m.any_function()).body;
  if (body.size() < 2 || !is_call(body[body.size() - 2]) || !is<Return>(body.back())) return false;
  Expr value = std::move(std::get<Evaluate>(body[body.size() - 2].node).value);
  body.pop_back();
  body.back() = {Return{std::move(value)}};
  return true;
}

bool change_number(Mutation& m) {
  const auto place = find_place(m, m.any_function(), has_expression);
  if (!place) return false;
  Operand& operand = any_operand(m, *expression_of(place->statement()));
  if (auto* known = std::get_if<Constant>(&operand)) {
    known->value = static_cast<std::int32_t>(draw_near(m.source, static_cast<std::uint32_t>(known->value)));
    return true;
  }
  if (auto* hidden = std::get_if<Data>(&operand)) {
    hidden->value = draw_near(m.source, hidden->value);
    return true;
  }
  return false;
}

/// Calls stay: they are what the structure is made of.
bool change_operand(Mutation& m) {
  const auto place = find_place(m, m.any_function(), has_expression);
  if (!place) return false;
  Operand& operand = any_operand(m, *expression_of(place->statement()));
  if (std::holds_alternative<CallValue>(operand)) return false;
  Operand drawn = draw_operand(m);
  if (drawn == operand) return false;
  operand = drawn;
  return true;
}

}  // namespace tailbound::gen::op

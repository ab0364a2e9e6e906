// Expressions and conditions of the .graph text form.
#include <utility>

#include "jit/bpf/graph_parser.hpp"
#include "jit/bpf/graph_words.hpp"

namespace tailbound::bpf::graph {
namespace {

bool is_shift(ExprOp op) { return op == ExprOp::lsh || op == ExprOp::rsh; }

/// The constant of a last `& constant`, which before a block is a comparison.
const Constant* tested_bits(const Expr& expr) {
  if (expr.rest.empty() || expr.rest.back().op != ExprOp::bit_and) return nullptr;
  return std::get_if<Constant>(&expr.rest.back().operand);
}

}  // namespace

Expr Parser::expr() {
  Expr expr;
  expr.first = operand();
  while (const std::optional<ExprOp> op = take_operator()) expr.rest.push_back(term(*op));
  return expr;
}

std::optional<ExprOp> Parser::take_operator() {
  const Word<ExprOp>* const found = find_word(operator_words, in_.token().text);
  if (found == nullptr) return std::nullopt;
  in_.advance();
  return found->value;
}

ExprTerm Parser::term(ExprOp op) {
  const Token first = in_.token();
  if (in_.at("call")) in_.fail_here("'call' only as the first operand of an expression");
  ExprTerm term{op, operand()};
  const auto* const amount = std::get_if<Constant>(&term.operand);
  if (is_shift(op) && amount != nullptr && (amount->value < 0 || amount->value > 63)) {
    in_.fail(first.place, "found a shift by " + std::to_string(amount->value) + "; expected 0 to 63");
  }
  return term;
}

Operand Parser::operand() {
  if (in_.at_word() && in_.before('[')) return Cell{cell_name()};
  if (in_.at("call")) return call_operand();
  if (in_.at("entries")) return entries_operand();
  if (in_.take("data")) return Data{in_.want_value()};
  if (in_.token().kind == TokenKind::number || in_.at("-")) return Constant{in_.want_constant()};
  in_.fail_here("a number, data, entries(function), map[index] or call");
  return Constant{};
}

Entries Parser::entries_operand() {
  in_.advance();
  in_.want("(");
  const Entries entries{function_name()};
  in_.want(")");
  return entries;
}

CallValue Parser::call_operand() {
  in_.advance();
  return {find_subprogram(static_cast<std::uint16_t>(scenario_.programs.size() - 1))};
}

std::optional<Compare> Parser::take_comparison() {
  const bool is_signed = in_.at("s") && (in_.before('<') || in_.before('>'));
  if (is_signed) in_.advance();
  const std::string sign = (is_signed ? "s" : "") + std::string(in_.token().text);
  const Word<Compare>* const found = find_word(compare_words, sign);
  if (found == nullptr) return std::nullopt;
  in_.advance();
  return found->value;
}

void Parser::condition(If& into) {
  into.left = expr();
  if (const std::optional<Compare> compare = take_comparison()) {
    into.compare = *compare;
    into.right = in_.want_constant();
  } else if (const Constant* const bits = tested_bits(into.left); bits != nullptr && in_.at("{")) {
    into.compare = Compare::set;
    into.right = bits->value;
    into.left.rest.pop_back();
  } else {
    in_.fail_here("a comparison with a constant (== != > >= < <= s> s>= s< s<= &)");
  }
}

}  // namespace tailbound::bpf::graph

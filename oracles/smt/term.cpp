// Building terms. Literals are folded, and nothing else: what a solver sees is what the rule did.
#include "oracles/smt/term.hpp"

#include <algorithm>
#include <utility>

#include "oracles/smt/arithmetic.hpp"

namespace tailbound::smt {

namespace {

bool is_literal(const Term& term) { return term->op == Op::literal; }
bool is_truth(const Term& term, bool value) {
  return is_literal(term) && term->sort == Sort::truth && (term->value != 0) == value;
}

Term node(Op op, Sort sort, std::vector<Term> args) { return Term({op, sort, std::move(args), {}, 0}); }

Term binary(Op op, Sort sort, Term a, Term b) {
  if (is_literal(a) && is_literal(b)) {
    if (const auto value = apply_operator(op, a->sort, a->value, b->value)) return number(sort, *value);
  }
  return node(op, sort, {std::move(a), std::move(b)});
}

/// `unit` changes nothing, its opposite decides.
Term many(Op op, bool unit, std::vector<Term> args) {
  if (std::ranges::any_of(args, [&](const Term& t) { return is_truth(t, !unit); })) return truth(!unit);
  std::erase_if(args, [&](const Term& t) { return is_truth(t, unit); });
  if (args.empty()) return truth(unit);
  if (args.size() == 1) return args.front();
  return node(op, Sort::truth, std::move(args));
}

}  // namespace

Term number(Sort sort, std::uint64_t value) { return Term({Op::literal, sort, {}, {}, value}); }
Term truth(bool value) { return number(Sort::truth, value ? 1 : 0); }
Term bits(std::uint64_t value) { return number(Sort::bits, value); }
Term integer(std::int64_t value) { return number(Sort::integer, static_cast<std::uint64_t>(value)); }
Term variable(Sort sort, std::string name) { return Term({Op::variable, sort, {}, std::move(name), 0}); }
Term apply(std::string relation, std::vector<Term> args) {
  return Term({Op::apply, Sort::truth, std::move(args), std::move(relation), 0});
}

Term add(Term a, Term b) {
  const Sort sort = a->sort;
  return binary(Op::add, sort, std::move(a), std::move(b));
}
Term sub(Term a, Term b) {
  const Sort sort = a->sort;
  return binary(Op::sub, sort, std::move(a), std::move(b));
}
Term mul(Term a, Term b) {
  const Sort sort = a->sort;
  return binary(Op::mul, sort, std::move(a), std::move(b));
}
Term bit_and(Term a, Term b) { return binary(Op::bit_and, Sort::bits, std::move(a), std::move(b)); }
Term less(Term a, Term b) { return binary(Op::less, Sort::truth, std::move(a), std::move(b)); }
Term at_most(Term a, Term b) { return binary(Op::at_most, Sort::truth, std::move(a), std::move(b)); }
Term equal(Term a, Term b) {
  if (a.same_node(b)) return truth(true);
  return binary(Op::equal, Sort::truth, std::move(a), std::move(b));
}

Term both(std::vector<Term> all) { return many(Op::both, true, std::move(all)); }
Term either(std::vector<Term> any) { return many(Op::either, false, std::move(any)); }

Term negate(Term a) {
  if (is_literal(a)) return truth(a->value == 0);
  return node(Op::negate, Sort::truth, {std::move(a)});
}

Term implies(Term a, Term b) {
  if (is_truth(a, true)) return b;
  if (is_truth(a, false) || is_truth(b, true)) return truth(true);
  return node(Op::implies, Sort::truth, {std::move(a), std::move(b)});
}

Term select(Term condition, Term then, Term otherwise) {
  if (is_literal(condition)) return condition->value != 0 ? then : otherwise;
  if (then.same_node(otherwise)) return then;
  const Sort sort = then->sort;
  return node(Op::select, sort, {std::move(condition), std::move(then), std::move(otherwise)});
}

}  // namespace tailbound::smt

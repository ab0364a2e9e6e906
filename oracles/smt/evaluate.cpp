// What a term is worth under given values: the check of every model that a solver gives.
#include <algorithm>
#include <unordered_map>

#include "oracles/smt/arithmetic.hpp"
#include "oracles/smt/term.hpp"

namespace tailbound::smt {

namespace {

using Value = std::optional<std::uint64_t>;

/// Shared terms are worked out once: as trees they may be exponentially larger.
class Evaluation {
 public:
  explicit Evaluation(const Model& model) : model_(model) {}

  Value of(const Term& term) {
    const auto known = done_.find(&*term);
    if (known != done_.end()) return known->second;
    const Value value = work_out(*term);
    done_.emplace(&*term, value);
    return value;
  }

 private:
  Value work_out(const Node& node) {
    switch (node.op) {
      case Op::literal: return node.value;
      case Op::variable: return lookup(node.name);
      case Op::apply: return std::nullopt;
      case Op::both: return all(node, true);
      case Op::either: return all(node, false);
      case Op::negate: return flipped(of(node.args[0]));
      case Op::implies: return implication(node);
      case Op::select: return choice(node);
      case Op::add:
      case Op::sub:
      case Op::mul:
      case Op::bit_and:
      case Op::less:
      case Op::at_most:
      case Op::equal: return binary(node);
    }
    return std::nullopt;
  }

  Value lookup(const std::string& name) const {
    const auto found = model_.find(name);
    return found == model_.end() ? std::nullopt : Value(found->second);
  }

  Value binary(const Node& node) {
    const Value a = of(node.args[0]), b = of(node.args[1]);
    if (!a || !b) return std::nullopt;
    return apply_operator(node.op, node.args[0]->sort, *a, *b);
  }

  static Value flipped(Value value) { return value ? Value(*value == 0 ? 1 : 0) : std::nullopt; }

  /// The result is `unit` when every argument is.
  Value all(const Node& node, bool unit) {
    std::uint64_t result = unit ? 1 : 0;
    for (const Term& arg : node.args) {
      const Value value = of(arg);
      if (!value) return std::nullopt;
      if ((*value != 0) != unit) result = unit ? 0 : 1;
    }
    return result;
  }

  Value implication(const Node& node) {
    const Value a = of(node.args[0]), b = of(node.args[1]);
    if (!a || !b) return std::nullopt;
    return *a == 0 || *b != 0 ? 1 : 0;
  }

  Value choice(const Node& node) {
    const Value condition = of(node.args[0]);
    if (!condition) return std::nullopt;
    return of(*condition != 0 ? node.args[1] : node.args[2]);
  }

  const Model& model_;
  std::unordered_map<const Node*, Value> done_;
};

class Collection {
 public:
  void add(const Term& term) {
    if (!seen_.emplace(&*term, true).second) return;
    if (term->op == Op::variable) found.emplace(term->name, term->sort);
    for (const Term& arg : term->args) add(arg);
  }
  std::map<std::string, Sort> found;

 private:
  std::unordered_map<const Node*, bool> seen_;
};

class Substitution {
 public:
  explicit Substitution(const std::map<std::string, Term>& by) : by_(by) {}

  Term of(const Term& term) {
    if (const auto done = done_.find(&*term); done != done_.end()) return done->second;
    const Term result = rebuilt(term);
    done_.emplace(&*term, result);
    return result;
  }

 private:
  Term rebuilt(const Term& term) {
    if (term->op == Op::variable) {
      const auto found = by_.find(term->name);
      return found == by_.end() ? term : found->second;
    }
    if (term->args.empty()) return term;
    Node copy = *term;
    std::ranges::transform(copy.args, copy.args.begin(), [this](const Term& arg) { return of(arg); });
    return Term(std::move(copy));
  }

  const std::map<std::string, Term>& by_;
  std::unordered_map<const Node*, Term> done_;
};

}  // namespace

std::optional<std::uint64_t> evaluate(const Term& term, const Model& model) {
  return Evaluation(model).of(term);
}

std::map<std::string, Sort> variables(const std::vector<Term>& terms) {
  Collection collection;
  for (const Term& term : terms) collection.add(term);
  return collection.found;
}

Term substitute(const Term& term, const std::map<std::string, Term>& by) { return Substitution(by).of(term); }

}  // namespace tailbound::smt

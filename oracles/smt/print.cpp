#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "oracles/smt/script.hpp"

namespace tailbound::smt {

namespace {

std::string_view sort_name(Sort sort) {
  switch (sort) {
    case Sort::truth: return "Bool";
    case Sort::bits: return "(_ BitVec 64)";
    case Sort::integer: return "Int";
  }
  return "";
}

std::string_view operator_name(Op op, Sort sort) {
  const bool is_bits = sort == Sort::bits;
  switch (op) {
    case Op::add: return is_bits ? "bvadd" : "+";
    case Op::sub: return is_bits ? "bvsub" : "-";
    case Op::mul: return is_bits ? "bvmul" : "*";
    case Op::bit_and: return "bvand";
    case Op::less: return is_bits ? "bvult" : "<";
    case Op::at_most: return is_bits ? "bvule" : "<=";
    case Op::equal: return "=";
    case Op::both: return "and";
    case Op::either: return "or";
    case Op::negate: return "not";
    case Op::implies: return "=>";
    case Op::select: return "ite";
    case Op::literal:
    case Op::variable:
    case Op::apply: return "";
  }
  return "";
}

std::string literal(const Node& node) {
  if (node.sort == Sort::truth) return node.value != 0 ? "true" : "false";
  if (node.sort == Sort::bits) return fmt::format("#x{:016x}", node.value);
  const auto value = static_cast<std::int64_t>(node.value);
  return value < 0 ? fmt::format("(- {})", 0 - node.value) : fmt::format("{}", value);
}

class Printer {
 public:
  void count(const Term& term) {
    if (++uses_[&*term] > 1) return;
    for (const Term& arg : term->args) count(arg);
  }

  /// A term that is used twice is defined before its first use, and named from then on.
  std::string of(const Term& term) {
    if (term->op == Op::literal) return literal(*term);
    if (term->op == Op::variable) return term->name;
    if (const auto named = names_.find(&*term); named != names_.end()) return named->second;
    std::string text = applied(*term);
    if (uses_[&*term] < 2) return text;
    std::string name = fmt::format("t!{}", names_.size());
    definitions += fmt::format("(define-fun {} () {} {})\n", name, sort_name(term->sort), text);
    names_.emplace(&*term, name);
    return name;
  }

  std::string definitions;

 private:
  std::string applied(const Node& node) {
    const std::string_view name =
        node.op == Op::apply ? std::string_view(node.name) : operator_name(node.op, node.args[0]->sort);
    std::string text = "(" + std::string(name);
    for (const Term& arg : node.args) text += " " + of(arg);
    return text + ")";
  }

  std::unordered_map<const Node*, int> uses_;
  std::unordered_map<const Node*, std::string> names_;
};

std::string head(std::string_view logic, std::string_view comment, std::string_view status) {
  std::string text;
  for (std::size_t at = 0; at < comment.size();) {
    const std::size_t end = std::min(comment.find('\n', at), comment.size());
    text += fmt::format("; {}\n", comment.substr(at, end - at));
    at = end + 1;
  }
  return text + fmt::format("(set-logic {})\n(set-info :status {})\n", logic, status);
}

std::string quantified(const Clause& clause) {
  std::string bound;
  for (const auto& [name, sort] : variables({clause.body, clause.head})) {
    bound += fmt::format("({} {})", name, sort_name(sort));
  }
  const std::string plain = fmt::format("(=> {} {})", print(clause.body), print(clause.head));
  return bound.empty() ? plain : fmt::format("(forall ({}) {})", bound, plain);
}

}  // namespace

std::string print(const Term& term) { return Printer().of(term); }

std::string print(const Script& script, std::string_view comment, std::string_view status) {
  std::string text = head(script.logic, comment, status);
  for (const auto& [name, sort] : variables(script.assertions)) {
    text += fmt::format("(declare-const {} {})\n", name, sort_name(sort));
  }
  Printer printer;
  for (const Term& assertion : script.assertions) printer.count(assertion);
  for (const Term& assertion : script.assertions) {
    const std::string asserted = printer.of(assertion);
    text += std::exchange(printer.definitions, {}) + fmt::format("(assert {})\n", asserted);
  }
  return text + "(check-sat)\n";
}

std::string print(const Horn& horn, std::string_view comment, std::string_view status) {
  std::string text = head("HORN", comment, status);
  for (const Relation& relation : horn.relations) {
    std::string sorts;
    for (const Sort sort : relation.sorts)
      sorts += fmt::format("{}{}", sorts.empty() ? "" : " ", sort_name(sort));
    text += fmt::format("(declare-fun {} ({}) Bool)\n", relation.name, sorts);
  }
  for (const Clause& clause : horn.clauses) text += fmt::format("(assert {})\n", quantified(clause));
  return text + "(check-sat)\n";
}

}  // namespace tailbound::smt

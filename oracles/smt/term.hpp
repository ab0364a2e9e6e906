// Terms that are read by solvers: 64-bit vectors, integers and truth values. No solver's header is needed to
// build, print, read or evaluate one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tailbound::smt {

enum class Sort : std::uint8_t { truth, bits, integer };  // bits: 64 of them, unsigned

enum class Op : std::uint8_t {
  literal,
  variable,
  apply,  // apply: a named relation of a Horn query
  add,
  sub,
  mul,
  bit_and,  // of numbers; bit_and of bits alone
  less,
  at_most,
  equal,  // less and at_most unsigned on bits
  both,
  either,
  negate,
  implies,
  select  // both and either take any number of terms
};

class Term;

struct Node {
  Op op = Op::literal;
  Sort sort = Sort::truth;
  std::vector<Term> args;
  std::string name;         // of a variable or relation
  std::uint64_t value = 0;  // of a literal; an integer's is two's complement
};

/// Immutable and shared. There is no conversion to bool: what a term is worth is only known to `evaluate`.
class Term {
 public:
  Term() = default;
  explicit Term(Node node) : node_(std::make_shared<const Node>(std::move(node))) {}
  const Node& operator*() const { return *node_; }
  const Node* operator->() const { return node_.get(); }
  bool same_node(const Term& other) const { return node_ == other.node_; }

 private:
  std::shared_ptr<const Node> node_;
};

Term truth(bool value);
Term bits(std::uint64_t value);
Term integer(std::int64_t value);
Term number(Sort sort, std::uint64_t value);
Term variable(Sort sort, std::string name);
Term apply(std::string relation, std::vector<Term> args);

Term add(Term a, Term b);
Term sub(Term a, Term b);
Term mul(Term a, Term b);
Term bit_and(Term a, Term b);
Term less(Term a, Term b);
Term at_most(Term a, Term b);
Term equal(Term a, Term b);
Term both(std::vector<Term> all);
Term either(std::vector<Term> any);
Term negate(Term a);
Term implies(Term a, Term b);
Term select(Term condition, Term then, Term otherwise);

/// Values of variables; a truth value is 0 or 1.
using Model = std::map<std::string, std::uint64_t>;

/// nullopt: a variable without a value, a relation, or an integer beyond 64 bits.
std::optional<std::uint64_t> evaluate(const Term& term, const Model& model);

/// The variables that occur, by name.
std::map<std::string, Sort> variables(const std::vector<Term>& terms);
/// The term with variables replaced; a name that `by` does not hold stays.
Term substitute(const Term& term, const std::map<std::string, Term>& by);

}  // namespace tailbound::smt

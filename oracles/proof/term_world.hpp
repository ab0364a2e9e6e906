// The rule's world with solver terms. Cells are quantifier-free and without arrays: what was stored stands in
// a list, and two reads of what was there before agree where their cells are the same (Ackermann).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "oracles/model/tail_call_rule.hpp"
#include "oracles/smt/term.hpp"

namespace tailbound::proof {

using smt::Sort;
using smt::Term;

class TermWorld {
 public:
  using Value = Term;
  using Bool = Term;
  using Ref = Term;

  /// `any`: a new cell may lie anywhere but where a live frame points. `numbered`: cells are 0, 1, … in the
  /// order of their birth, where which ones are the same is known beforehand.
  enum class Cells { any, numbered };

  explicit TermWorld(Sort sort, Cells cells = Cells::any) : sort_(sort), cells_(cells) {}

  Value number(std::uint64_t value) const { return smt::number(sort_, value); }
  static Value add(const Value& a, const Value& b) { return smt::add(a, b); }
  static Bool less(const Value& a, const Value& b) { return smt::less(a, b); }
  static Bool both(const Bool& a, const Bool& b) { return smt::both({a, b}); }
  static Bool negate(const Bool& a) { return smt::negate(a); }
  static Value select(const Bool& c, const Value& a, const Value& b) { return smt::select(c, a, b); }

  Value load(const Ref& ref) {
    Value value = initial(ref);
    for (const auto& [at, written, when] : stored_) {
      value = smt::select(smt::both({when, smt::equal(at, ref)}), written, value);
    }
    return value;
  }
  void store(const Ref& ref, const Value& value) { stored_.push_back({ref, value, when_}); }

  Ref fresh(const Value& value) {
    const Ref cell = new_cell();
    store(cell, value);
    live(smt::truth(true), cell);
    return cell;
  }

  // --- beside the rule ---

  static Value low_half(const Value& a) { return smt::bit_and(a, smt::bits(UINT32_MAX)); }

  /// A frame that is alive under that condition: new cells are not where it points.
  void live(const Term& alive, const Ref& ref) { live_.emplace_back(alive, ref); }

  /// What `steps` stores is stored only under that condition.
  template <class Steps>
  auto under(const Term& condition, Steps steps) {
    const Term outer = std::exchange(when_, smt::both({when_, condition}));
    auto result = steps();
    when_ = outer;
    return result;
  }

  /// What holds of the names that were made so far: a hypothesis of every query.
  const std::vector<Term>& facts() const { return facts_; }

 private:
  struct Stored {
    Ref at;
    Value value;
    Term when;
  };

  Ref new_cell() {
    const std::string name = "new_cell" + std::to_string(born_++);
    if (cells_ == Cells::numbered) return smt::number(sort_, born_ - 1);
    const Ref cell = smt::variable(sort_, name);
    for (const auto& [alive, ref] : live_) {
      facts_.push_back(smt::implies(alive, smt::negate(smt::equal(cell, ref))));
    }
    return cell;
  }

  Value initial(const Ref& ref) {
    for (const auto& [known, value] : initial_) {
      if (known.same_node(ref)) return value;
    }
    const Value value = smt::variable(sort_, "held" + std::to_string(initial_.size()));
    for (const auto& [known, held] : initial_) {
      facts_.push_back(smt::implies(smt::equal(known, ref), smt::equal(held, value)));
    }
    initial_.emplace_back(ref, value);
    return value;
  }

  Sort sort_;
  Cells cells_;
  std::uint64_t born_ = 0;
  Term when_ = smt::truth(true);
  std::vector<Stored> stored_;
  std::vector<std::pair<Ref, Value>> initial_;
  std::vector<std::pair<Term, Ref>> live_;
  std::vector<Term> facts_;
};

static_assert(model::RuleWorld<TermWorld>);

}  // namespace tailbound::proof

#include "oracles/proof/explore.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace tailbound::proof {

namespace {

using smt::Op;
using smt::Term;
using State = std::vector<std::uint64_t>;

struct Seen {
  State from;
  std::size_t clause = 0;
};

const smt::Node* relation_in(const Term& body) {
  if (body->op == Op::apply) return &*body;
  for (const Term& arg : body->args) {
    if (arg->op == Op::apply) return &*arg;
  }
  return nullptr;
}

/// The parts of a body that are no relation hold.
bool holds(const Term& body, const smt::Model& model) {
  if (body->op == Op::apply) return true;
  if (body->op != Op::both) return smt::evaluate(body, model) == 1U;
  return std::ranges::all_of(body->args, [&](const Term& arg) { return holds(arg, model); });
}

smt::Model model_of(const smt::Node* relation, const State& state) {
  smt::Model model;
  for (std::size_t i = 0; relation != nullptr && i < state.size(); ++i)
    model[relation->args[i]->name] = state[i];
  return model;
}

class Exploration {
 public:
  explicit Exploration(const smt::Horn& horn) : horn_(horn) {}

  std::optional<std::vector<std::size_t>> run() {
    if (auto found = expand({}, false)) return found;
    while (!open_.empty()) {
      const State state = open_.front();
      open_.pop_front();
      if (auto found = expand(state, true)) return found;
    }
    return std::nullopt;
  }

 private:
  std::optional<std::vector<std::size_t>> expand(const State& state, bool derived) {
    for (std::size_t i = 0; i < horn_.clauses.size(); ++i) {
      const smt::Clause& clause = horn_.clauses[i];
      const smt::Node* const relation = relation_in(clause.body);
      const smt::Model model = model_of(relation, state);
      if ((relation != nullptr) != derived || !holds(clause.body, model)) continue;
      if (clause.head->op != Op::apply) return way(state, i);
      State next;
      for (const Term& arg : clause.head->args) next.push_back(smt::evaluate(arg, model).value_or(0));
      if (seen_.emplace(next, Seen{state, i}).second) open_.push_back(next);
    }
    return std::nullopt;
  }

  std::vector<std::size_t> way(State state, std::size_t last) const {
    std::vector<std::size_t> clauses{last};
    for (auto at = seen_.find(state); at != seen_.end(); at = seen_.find(at->second.from)) {
      clauses.push_back(at->second.clause);
    }
    std::ranges::reverse(clauses);
    return clauses;
  }

  const smt::Horn& horn_;
  std::map<State, Seen> seen_;
  std::deque<State> open_;
};

}  // namespace

std::optional<std::vector<std::size_t>> way_to_query(const smt::Horn& horn) {
  return Exploration(horn).run();
}

}  // namespace tailbound::proof

#include "oracles/proof/obligation.hpp"

#include <fmt/format.h>

#include <iterator>

namespace tailbound::proof {

std::string heading(const Obligation& obligation) {
  std::string text = obligation.id + ": " + obligation.statement;
  for (const std::string& assumption : obligation.assumptions) text += "\nassumed: " + assumption;
  return text;
}

std::string goal_query(const Claim& claim, const std::string& logic, const std::string& comment) {
  smt::Script script{logic, claim.given};
  script.assertions.push_back(smt::negate(claim.follows));
  return smt::print(script, comment, "unsat");
}

std::string vacuity_query(const Claim& claim, const std::string& logic, const std::string& comment) {
  return smt::print(smt::Script{logic, claim.given}, comment, "sat");
}

std::vector<Query> recheck_queries(const std::string& id, const smt::Horn& horn,
                                   const smt::Definitions& definitions) {
  std::vector<Query> queries;
  for (std::size_t i = 0; i < horn.clauses.size(); ++i) {
    const auto body = smt::expand(horn.clauses[i].body, definitions);
    const auto head = smt::expand(horn.clauses[i].head, definitions);
    if (!body || !head) return {};
    const std::string name = fmt::format("{}.clause-{}", id, i + 1);
    const std::string comment = name + ": the invariant that was found satisfies the clause";
    queries.push_back({name, goal_query({{*body}, *head}, "ALL", comment), false});
    // The query's body contradicts the invariant: that is what it is for.
    const bool is_query = horn.clauses[i].head->op != smt::Op::apply;
    if (!is_query) {
      queries.push_back(
          {name + ".vacuity", vacuity_query({{*body}, *head}, "ALL", name + ": its body"), true});
    }
  }
  return queries;
}

std::vector<Obligation> all_obligations() {
  std::vector<Obligation> all;
  for (auto* theorem :
       {bound_by_induction, by_value_count, bound_by_horn_clauses, patching_protocol, value_or_pointer}) {
    std::vector<Obligation> part = theorem();
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  return all;
}

}  // namespace tailbound::proof

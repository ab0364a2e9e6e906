// What is to be proved, as solvers read it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oracles/smt/script.hpp"

namespace tailbound::proof {

/// A counterexample run on the model with the same wrong step.
struct Replay {
  bool shown = false;    // the wrong step breaks the property, and the right rule keeps it
  std::string said;      // one line: the state, the step, what was seen
  std::string scenario;  // .graph text, where there is one
};

/// The obligation with one step wrong: it must be refuted and its counterexample must replay.
struct Variant {
  std::string name, what;
  std::string query;
  std::function<Replay(const smt::Model&)> replay;
};

/// SMT-LIB text, and what it is.
struct Query {
  std::string name, text;
  bool satisfiable = false;
};

/// One theorem's part. The goal is negated: a plain one is proved when its query is unsat. A Horn one is
/// proved when it is sat, and its invariant is checked again as plain queries.
struct Obligation {
  std::string id, statement;
  std::vector<std::string> assumptions;
  std::string goal;
  std::string
      vacuity;  // plain: the goal's hypotheses alone, must be sat; Horn: what is allowed, must be derived
  std::optional<smt::Horn> horn;
  std::vector<Variant> variants;

  bool is_horn() const { return horn.has_value(); }
  /// Bit-vectors alone: there is a certificate.
  bool has_certificate() const { return goal.find("(set-logic QF_BV)") != std::string::npos; }
};

/// Id, statement and assumptions: the comment of its goal.
std::string heading(const Obligation& obligation);

/// Hypotheses, and what must follow.
struct Claim {
  std::vector<smt::Term> given;
  smt::Term follows;
};

/// The queries of a claim; `logic` as SMT-LIB names it.
std::string goal_query(const Claim& claim, const std::string& logic, const std::string& comment);
std::string vacuity_query(const Claim& claim, const std::string& logic, const std::string& comment);

/// That the relations of `definitions` satisfy each clause of `horn`: a query that must be unsat, and one
/// that must be sat since some state satisfies its body. Empty: a relation has no definition that fits.
std::vector<Query> recheck_queries(const std::string& id, const smt::Horn& horn,
                                   const smt::Definitions& definitions);

/// T1, T2, T3, T6, T7, in order.
std::vector<Obligation> all_obligations();

std::vector<Obligation> bound_by_induction();     // T1
std::vector<Obligation> by_value_count();         // T2
std::vector<Obligation> bound_by_horn_clauses();  // T3
std::vector<Obligation> patching_protocol();      // T6
std::vector<Obligation> value_or_pointer();       // T7

}  // namespace tailbound::proof

// Obligations to verdicts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "oracles/proof/obligation.hpp"
#include "oracles/smt/ask.hpp"

namespace tailbound::proof {

/// A time-out is no pass; `error`: a solver is missing, died, or said what does not hold; `skipped`: not
/// asked.
enum class Verdict : std::uint8_t { proved, refuted, timeout, error, skipped };
std::string_view name(Verdict verdict);

struct SolverVerdict {
  Verdict verdict = Verdict::skipped;
  std::string why;  // of an error
  double seconds = 0;
};

struct VariantResult {
  std::string name, what;
  SolverVerdict z3, cvc5;       // cvc5 is not asked about Horn clauses
  std::vector<Replay> replays;  // of each solver's counterexample

  bool refuted_and_replayed() const;
};

struct Result {
  std::string id, statement;
  std::vector<std::string> assumptions;
  bool horn = false;
  SolverVerdict z3, cvc5;              // of a Horn obligation: cvc5 re-checks the invariant
  Verdict vacuity = Verdict::skipped;  // proved: the hypotheses can be met
  std::string vacuity_why;
  std::vector<VariantResult> variants;
  std::vector<Query> rechecks;  // of a Horn obligation: the invariant, clause by clause
  double seconds = 0;           // of all its questions, added up
  std::size_t questions = 0, from_cache = 0;

  Verdict verdict() const;
  /// Both solvers prove it, its hypotheses can be met, every variant is refuted and replayed.
  bool as_expected() const;
  /// The answers are there and are not the expected ones; without it, what failed is a solver.
  bool unexpected() const;
};

/// In the order of the obligations.
std::vector<Result> prove(const std::vector<Obligation>& obligations, const smt::Asker& asker,
                          const std::function<void(std::size_t done, std::size_t all)>& progress);

}  // namespace tailbound::proof

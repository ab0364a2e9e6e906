#include "oracles/proof/prove.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tailbound::proof {

namespace {

using smt::Answer;
using smt::Given;
using smt::Question;
using smt::Solver;
using Progress = std::function<void(std::size_t, std::size_t)>;

/// `proves` is the answer that proves: unsat of a negated goal, sat of Horn clauses.
SolverVerdict verdict_of(const Answer& answer, Answer::Kind proves) {
  const auto decided = answer.kind == proves ? Verdict::proved : Verdict::refuted;
  switch (answer.kind) {
    case Answer::Kind::sat:
    case Answer::Kind::unsat: return {decided, {}, answer.seconds};
    case Answer::Kind::timeout: return {Verdict::timeout, answer.detail, answer.seconds};
    case Answer::Kind::missing:
    case Answer::Kind::died:
    case Answer::Kind::bad_model:
    case Answer::Kind::nonsense: break;
  }
  return {Verdict::error, fmt::format("{}: {}", name(answer.kind), answer.detail), answer.seconds};
}

/// The worse of the two: what is not decided, then what is refuted.
SolverVerdict worse(const SolverVerdict& a, const SolverVerdict& b) {
  const auto rank = [](Verdict verdict) {
    switch (verdict) {
      case Verdict::proved: return 0;
      case Verdict::skipped: return 1;
      case Verdict::timeout: return 2;
      case Verdict::error: return 3;
      case Verdict::refuted: return 4;
    }
    return 3;
  };
  SolverVerdict result = rank(a.verdict) >= rank(b.verdict) ? a : b;
  result.seconds = a.seconds + b.seconds;
  return result;
}

/// All questions of all obligations, each with what its answer is for.
class Proving {
 public:
  Proving(const std::vector<Obligation>& obligations, const smt::Asker& asker, const Progress& progress)
      : obligations_(obligations), asker_(asker), progress_(progress) {
    for (const Obligation& o : obligations_) {
      Result& result = results.emplace_back();
      result.id = o.id;
      result.statement = o.statement;
      result.assumptions = o.assumptions;
      result.horn = o.is_horn();
    }
  }

  void run() {
    for (std::size_t i = 0; i < obligations_.size(); ++i) ask_about(obligations_[i], results[i]);
    answer_all(0);
    const std::size_t first = questions_.size();
    for (std::size_t i = 0; i < obligations_.size(); ++i) recheck(obligations_[i], results[i]);
    answer_all(first);
  }

  std::vector<Result> results;

 private:
  using Use = std::function<void(const Given&)>;

  void ask(Solver solver, const std::string& text, Result& result, Use use) {
    questions_.push_back({solver, text});
    uses_.push_back([&result, use = std::move(use)](const Given& given) {
      result.seconds += given.answer.seconds;
      ++result.questions;
      result.from_cache += given.from_cache ? 1U : 0U;
      use(given);
    });
  }

  void ask_about(const Obligation& o, Result& result) {
    const auto proves = o.is_horn() ? Answer::Kind::sat : Answer::Kind::unsat;
    ask(Solver::z3, o.goal, result, [this, &o, &result, proves](const Given& given) {
      result.z3 = verdict_of(given.answer, proves);
      if (o.is_horn()) invariants_[o.id] = given.answer.definitions;
    });
    if (!o.is_horn()) {
      ask(Solver::cvc5, o.goal, result,
          [&result, proves](const Given& given) { result.cvc5 = verdict_of(given.answer, proves); });
    }
    ask_vacuity(o, result);
    for (const Variant& variant : o.variants) {
      result.variants.push_back({variant.name, variant.what, {}, {}, {}});
    }
    for (std::size_t v = 0; v < o.variants.size(); ++v) {
      for (const Solver solver : {Solver::z3, Solver::cvc5}) ask_variant(o, v, solver, result);
    }
  }

  /// The hypotheses can be met: sat, or for Horn clauses unsat, since what is allowed is derived.
  void ask_vacuity(const Obligation& o, Result& result) {
    const auto meets = o.is_horn() ? Answer::Kind::unsat : Answer::Kind::sat;
    result.vacuity = Verdict::proved;
    for (const Solver solver : {Solver::z3, Solver::cvc5}) {
      if (o.is_horn() && solver == Solver::cvc5) continue;
      ask(solver, o.vacuity, result, [&result, meets, solver](const Given& given) {
        vacuity_seen(result, verdict_of(given.answer, meets), name(solver));
      });
    }
  }

  static void vacuity_seen(Result& result, const SolverVerdict& seen, std::string_view by) {
    const SolverVerdict all = worse({result.vacuity, result.vacuity_why, 0}, seen);
    if (all.verdict != result.vacuity) result.vacuity_why = fmt::format("{}: {}", by, seen.why);
    result.vacuity = all.verdict;
  }

  void ask_variant(const Obligation& o, std::size_t v, Solver solver, Result& result) {
    if (o.is_horn() && solver == Solver::cvc5) return;
    const auto proves = o.is_horn() ? Answer::Kind::sat : Answer::Kind::unsat;
    ask(solver, o.variants[v].query, result, [&o, &result, v, solver, proves](const Given& given) {
      VariantResult& variant = result.variants[v];
      const SolverVerdict seen = verdict_of(given.answer, proves);
      (solver == Solver::z3 ? variant.z3 : variant.cvc5) = seen;
      if (seen.verdict == Verdict::refuted)
        variant.replays.push_back(o.variants[v].replay(given.answer.model));
    });
  }

  /// Z3 has found an invariant: both solvers see for themselves, clause by clause.
  void recheck(const Obligation& o, Result& result) {
    if (!o.is_horn() || result.z3.verdict != Verdict::proved) return;
    result.rechecks = recheck_queries(o.id, *o.horn, invariants_[o.id]);
    if (result.rechecks.empty()) {
      result.z3 = {Verdict::error, "the invariant does not fit the clauses", result.z3.seconds};
      return;
    }
    result.cvc5.verdict = Verdict::proved;
    for (const Query& query : result.rechecks) {
      for (const Solver solver : {Solver::z3, Solver::cvc5}) ask_recheck(query, solver, result);
    }
  }

  void ask_recheck(const Query& query, Solver solver, Result& result) {
    const auto want = query.satisfiable ? Answer::Kind::sat : Answer::Kind::unsat;
    ask(solver, query.text, result, [&result, &query, want, solver](const Given& given) {
      const SolverVerdict seen = verdict_of(given.answer, want);
      if (query.satisfiable) {
        vacuity_seen(result, seen, query.name);
      } else {
        SolverVerdict& all = solver == Solver::z3 ? result.z3 : result.cvc5;
        all = worse(all, seen);
      }
    });
  }

  void answer_all(std::size_t first) {
    const std::vector<Question> part(questions_.begin() + static_cast<std::ptrdiff_t>(first),
                                     questions_.end());
    const auto given =
        asker_.ask_all(part, [&](std::size_t done) { progress_(first + done, questions_.size()); });
    for (std::size_t i = 0; i < given.size(); ++i) uses_[first + i](given[i]);
  }

  const std::vector<Obligation>& obligations_;
  const smt::Asker& asker_;
  const Progress& progress_;
  std::vector<Question> questions_;
  std::vector<Use> uses_;
  std::map<std::string, smt::Definitions> invariants_;
};

bool failed(const SolverVerdict& seen) {
  return seen.verdict == Verdict::error || seen.verdict == Verdict::timeout;
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved: return "proved";
    case Verdict::refuted: return "refuted";
    case Verdict::timeout: return "timeout";
    case Verdict::error: return "error";
    case Verdict::skipped: return "skipped";
  }
  return "";
}

bool VariantResult::refuted_and_replayed() const {
  const bool both = z3.verdict == Verdict::refuted &&
                    (cvc5.verdict == Verdict::refuted || cvc5.verdict == Verdict::skipped);
  return both && !replays.empty() && std::ranges::all_of(replays, &Replay::shown);
}

Verdict Result::verdict() const { return worse(z3, cvc5).verdict; }

bool Result::as_expected() const {
  return verdict() == Verdict::proved && vacuity == Verdict::proved &&
         std::ranges::all_of(variants, &VariantResult::refuted_and_replayed);
}

bool Result::unexpected() const {
  if (z3.verdict == Verdict::refuted || cvc5.verdict == Verdict::refuted) return true;
  if (vacuity == Verdict::refuted) return true;
  return std::ranges::any_of(variants, [](const VariantResult& variant) {
    if (variant.z3.verdict == Verdict::proved || variant.cvc5.verdict == Verdict::proved) return true;
    return !failed(variant.z3) && !failed(variant.cvc5) && !variant.refuted_and_replayed();
  });
}

std::vector<Result> prove(const std::vector<Obligation>& obligations, const smt::Asker& asker,
                          const Progress& progress) {
  Proving proving(obligations, asker, progress);
  proving.run();
  return std::move(proving.results);
}

}  // namespace tailbound::proof

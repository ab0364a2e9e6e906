// Two solvers that read the same text: Z3 through its API, cvc5 as the command of that name.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "oracles/smt/process.hpp"
#include "oracles/smt/script.hpp"

namespace tailbound::smt {

enum class Solver : std::uint8_t { z3, cvc5 };
std::string_view name(Solver solver);

/// Everything beyond sat and unsat is no answer, and says why.
struct Answer {
  enum class Kind : std::uint8_t { sat, unsat, timeout, missing, died, bad_model, nonsense };
  Kind kind = Kind::nonsense;
  std::string detail;
  Model model;              // of a plain query that is sat; it was evaluated
  Definitions definitions;  // of a Horn query that is sat
  double seconds = 0;

  bool decided() const { return kind == Kind::sat || kind == Kind::unsat; }
};
std::string_view name(Answer::Kind kind);

/// Limits, and the options that an answer depends on.
struct SolverOptions {
  std::chrono::milliseconds time_limit{20'000};
  std::uint64_t memory_megabytes = 4096;
};

/// Version and options in one line, part of a cache's key. cvc5 missing: empty.
std::string version(Solver solver, const SolverOptions& options);

/// The process that asks about `text` (a Script or a Horn query, as printed).
Job ask(Solver solver, const std::string& text, const SolverOptions& options);

/// What that process said. A model of a plain query is evaluated: one under which an assertion of `text` does
/// not hold is no answer.
Answer answer(const std::string& text, const Ended& ended);

/// The bit-vector script as clauses in DIMACS, by Z3's simplify, bit-blast and tseitin-cnf. Error: why not.
std::expected<std::string, std::string> to_cnf(const std::string& text);

}  // namespace tailbound::smt

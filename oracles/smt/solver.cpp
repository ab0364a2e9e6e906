#include "oracles/smt/solver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "oracles/smt/z3.hpp"

namespace tailbound::smt {

namespace {

/// The process may take this much longer than the solver's own limit: start, parsing, printing.
constexpr std::chrono::milliseconds grace{3'000};
constexpr std::uint64_t megabyte = 1 << 20;

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

Answer no_answer(Answer::Kind kind, std::string detail) { return {kind, std::move(detail), {}, {}, 0}; }

/// A variable that the model leaves out may have any value.
Model completed(Model model, const Script& script) {
  for (const auto& [name, sort] : variables(script.assertions)) model.emplace(name, 0);
  return model;
}

Answer with_model(const std::string& text, std::string_view printed) {
  const auto script = read_script(text);
  if (!script) return no_answer(Answer::Kind::nonsense, "the query: " + script.error());
  const auto model = read_model(printed);
  if (!model)
    return no_answer(Answer::Kind::bad_model, "sat, with a model that cannot be read: " + model.error());
  const Model full = completed(*model, *script);
  for (std::size_t i = 0; i < script->assertions.size(); ++i) {
    if (evaluate(script->assertions[i], full) == 1U) continue;
    return no_answer(Answer::Kind::bad_model,
                     fmt::format("sat, with a model under which assertion {} does not hold", i + 1));
  }
  return {Answer::Kind::sat, {}, full, {}, 0};
}

Answer with_definitions(std::string_view printed) {
  auto definitions = read_definitions(printed);
  if (!definitions)
    return no_answer(Answer::Kind::bad_model, "an invariant that cannot be read: " + definitions.error());
  return {Answer::Kind::sat, {}, {}, *std::move(definitions), 0};
}

Answer read(const std::string& text, const Ended& ended) {
  using enum Answer::Kind;
  if (ended.missing) return no_answer(missing, "not in PATH");
  const std::string_view word = first_line(ended.output);
  const bool late = ended.timed_out || ended.errors.find("interrupted by timeout") != std::string::npos ||
                    ended.output.find("interrupted by timeout") != std::string::npos;
  if (late) return no_answer(timeout, fmt::format("no answer within {:.0f} s", ended.seconds));
  if (ended.signal != 0) return no_answer(died, fmt::format("killed by signal {}", ended.signal));
  if (word == "unknown") {
    const std::string_view why = first_line(std::string_view(ended.output).substr(8));
    return no_answer(why == "timeout" || why == "canceled" ? timeout : nonsense,
                     fmt::format("unknown {}", why));
  }
  if (word == "unsat" && ended.exit_code == 0) return {unsat, {}, {}, {}, 0};
  if (word == "sat" && ended.exit_code == 0) {
    const std::string_view rest = std::string_view(ended.output).substr(3);
    return text.find("(set-logic HORN)") != std::string::npos ? with_definitions(rest)
                                                              : with_model(text, rest);
  }
  const std::string_view said = ended.output.empty() ? ended.errors : ended.output;
  if (said.find("memory") != std::string_view::npos || said.find("bad_alloc") != std::string_view::npos) {
    return no_answer(died, "out of memory");
  }
  return no_answer(ended.exit_code != 0 ? died : nonsense,
                   fmt::format("exit code {}, said '{}'", ended.exit_code, said.substr(0, 120)));
}

}  // namespace

std::string_view name(Solver solver) { return solver == Solver::z3 ? "z3" : "cvc5"; }

std::string_view name(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::sat: return "sat";
    case Answer::Kind::unsat: return "unsat";
    case Answer::Kind::timeout: return "timeout";
    case Answer::Kind::missing: return "missing";
    case Answer::Kind::died: return "died";
    case Answer::Kind::bad_model: return "bad model";
    case Answer::Kind::nonsense: return "nonsense";
  }
  return "";
}

std::string version(Solver solver, const SolverOptions& options) {
  const std::string limits =
      fmt::format("{} ms, {} MB", options.time_limit.count(), options.memory_megabytes);
  if (solver == Solver::z3) return fmt::format("z3 {}, {}", z3_version(), limits);
  const Ended ended = run_job({{"cvc5", "--version"}, {}, {}, options.time_limit, 0});
  if (ended.missing) return {};
  return fmt::format("{}, {}", first_line(ended.output), limits);
}

Job ask(Solver solver, const std::string& text, const SolverOptions& options) {
  if (solver == Solver::z3) {
    return {{}, [text, options] { return run_z3(text, options); }, {}, options.time_limit + grace, 0};
  }
  return {
      {"cvc5", "--lang=smt2", "--dump-models", fmt::format("--tlimit={}", options.time_limit.count()), "-"},
      {},
      text,
      options.time_limit + grace,
      options.memory_megabytes * megabyte};
}

Answer answer(const std::string& text, const Ended& ended) {
  Answer given = read(text, ended);
  given.seconds = ended.seconds;
  return given;
}

}  // namespace tailbound::smt

// tailbound prove
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "fuzz/cli/cli.hpp"
#include "oracles/proof/export.hpp"
#include "oracles/proof/prove.hpp"
#include "oracles/proof/trust.hpp"
#include "reports/files.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;
using proof::Obligation;
using proof::Result;
using proof::SolverVerdict;
using proof::VariantResult;
using proof::Verdict;

struct ProveOptions {
  std::string only;
  std::string folder;
  std::string cache;
  bool no_cache = false;
  bool json = false;
};

/// An id, or a theorem's name before the first dot.
bool is_named(const Obligation& obligation, const std::string& only) {
  return only.empty() || obligation.id == only || obligation.id.starts_with(only + ".");
}

std::string obtained(const SolverVerdict& seen) {
  if (seen.verdict == Verdict::error && seen.why.starts_with("missing")) return "missing";
  return std::string(name(seen.verdict));
}

void print_variant(const VariantResult& variant) {
  const bool good = variant.refuted_and_replayed();
  const std::string said = variant.replays.empty() ? std::string() : variant.replays.front().said;
  std::string what = good ? "refuted, replayed"
                          : fmt::format("z3 {}, cvc5 {}", obtained(variant.z3), obtained(variant.cvc5));
  const bool replays = std::ranges::all_of(variant.replays, &proof::Replay::shown);
  if (!good && !variant.replays.empty() && !replays)
    what = "ENCODING BUG: the counterexample does not replay";
  fmt::print("      {}: {}\n", variant.name, what);
  if (!said.empty()) fmt::print("        {}\n", said);
}

void print_failure(std::string_view who, const std::string& why) {
  if (!why.empty()) fmt::print("      {}: {}\n", who, why);
}

void print_result(const Result& result) {
  const auto refuted = std::ranges::count_if(result.variants, &VariantResult::refuted_and_replayed);
  fmt::print("{:<26}{:<10}{:<10}{:<10}{:<12}{:>3} of {:<6}{:>8.2f}{}\n", result.id, "proved",
             obtained(result.z3), obtained(result.cvc5),
             result.vacuity == Verdict::proved ? "can be met" : name(result.vacuity), refuted,
             result.variants.size(), result.seconds, result.as_expected() ? "" : "   NOT AS EXPECTED");
  fmt::print("    {}\n", result.statement);
  print_failure("z3", result.z3.why);
  print_failure("cvc5", result.cvc5.why);
  print_failure("hypotheses", result.vacuity_why);
  for (const VariantResult& variant : result.variants) print_variant(variant);
}

ordered_json variant_json(const VariantResult& variant) {
  ordered_json replays = ordered_json::array();
  for (const proof::Replay& replay : variant.replays) {
    replays.push_back({{"reproduces", replay.shown}, {"seen", replay.said}, {"scenario", replay.scenario}});
  }
  return {{"name", variant.name},       {"what", variant.what},           {"expected", "refuted"},
          {"z3", obtained(variant.z3)}, {"cvc5", obtained(variant.cvc5)}, {"replays", replays}};
}

ordered_json result_json(const Result& result) {
  ordered_json variants = ordered_json::array();
  for (const VariantResult& variant : result.variants) variants.push_back(variant_json(variant));
  return {{"id", result.id},
          {"statement", result.statement},
          {"expected", "proved"},
          {"verdict", name(result.verdict())},
          {"seconds", result.seconds},
          {"z3", obtained(result.z3)},
          {"cvc5", obtained(result.cvc5)},
          {"why", result.z3.why.empty() ? result.cvc5.why : result.z3.why},
          {"hypotheses_can_be_met", result.vacuity == Verdict::proved},
          {"questions", result.questions},
          {"from_cache", result.from_cache},
          {"assumptions", result.assumptions},
          {"variants", variants}};
}

/// A line that is written over, on a terminal alone.
void show_progress(std::size_t done, std::size_t all) {
  if (isatty(STDERR_FILENO) == 0) return;
  if (done < all) fmt::print(stderr, "\r{} of {} questions\x1b[K", done, all);
  else fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

struct Totals {
  std::size_t as_expected = 0, unexpected = 0, failed = 0, questions = 0, from_cache = 0, variants = 0;
};

Totals add_up(const std::vector<Result>& results) {
  Totals totals;
  for (const Result& result : results) {
    if (result.as_expected()) ++totals.as_expected;
    else if (result.unexpected()) ++totals.unexpected;
    else ++totals.failed;
    totals.questions += result.questions;
    totals.from_cache += result.from_cache;
    totals.variants += static_cast<std::size_t>(
        std::ranges::count_if(result.variants, &VariantResult::refuted_and_replayed));
  }
  return totals;
}

void print_table(const std::vector<Result>& results, const Totals& totals, const smt::Asker& asker,
                 double seconds, bool with_scenarios) {
  fmt::print("{:<26}{:<10}{:<10}{:<10}{:<12}{:<13}{:>8}\n", "id", "expected", "z3", "cvc5", "hypotheses",
             "  variants", "seconds");
  for (const Result& result : results) print_result(result);
  if (with_scenarios) {
    for (const Result& result : results) {
      for (const VariantResult& variant : result.variants) {
        if (variant.replays.empty() || variant.replays[0].scenario.empty()) continue;
        fmt::print("\n# {}, {}\n{}", result.id, variant.name, variant.replays[0].scenario);
      }
    }
  }
  fmt::print(
      "\n{} of {} as expected, {} unexpected, {} not decided; {} wrong variants refuted and replayed\n",
      totals.as_expected, results.size(), totals.unexpected, totals.failed, totals.variants);
  fmt::print("{} questions, {} from the cache, {:.1f} s\n", totals.questions, totals.from_cache, seconds);
  for (const smt::Solver solver : {smt::Solver::z3, smt::Solver::cvc5}) {
    const std::string& version = asker.version(solver);
    fmt::print("{}\n",
               version.empty() ? fmt::format("{} is missing: its verdicts are too", name(solver)) : version);
  }
  fmt::print("{}", proof::what_is_trusted());
}

Exit exit_of(const Totals& totals) {
  if (totals.unexpected > 0) return Exit::finding;
  return totals.failed > 0 ? Exit::could_not_run : Exit::holds;
}

/// The manifest comes last: without it a folder that was cut short is refused.
Exit write_export(const std::string& folder, const std::vector<Obligation>& obligations,
                  const std::vector<Result>& results, unsigned at_once) {
  const auto files = proof::exported(obligations, results, at_once);
  if (!files) {
    complain(files.error());
    return Exit::could_not_run;
  }
  std::vector<proof::Exported> all = *files;
  all.push_back({std::string(proof::manifest_name), {}, proof::print_manifest(*files)});
  for (const proof::Exported& file : all) {
    if (const auto written = reports::write_file(std::filesystem::path(folder) / file.name, file.content);
        !written) {
      complain(written.error());
      return Exit::could_not_run;
    }
  }
  const auto certificates = std::ranges::count(*files, "log", &proof::Exported::kind);
  fmt::print("wrote {} queries and {} certificates to {}\n",
             files->size() - 2 * static_cast<std::size_t>(certificates), certificates, folder);
  return Exit::holds;
}

bool is_free(const std::string& folder) {
  std::error_code error;
  return !std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error);
}

Exit prove(const ProveOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<Obligation> obligations = proof::all_obligations();
  std::vector<std::string> ids;
  for (const Obligation& obligation : obligations) ids.push_back(obligation.id);
  std::erase_if(obligations, [&](const Obligation& o) { return !is_named(o, options.only); });
  if (obligations.empty()) {
    complain(fmt::format("--only: unknown obligation '{}'; expected T1, T2, T3, T6, T7 or {}", options.only,
                         fmt::join(ids, ", ")));
    return Exit::bad_input;
  }
  if (!options.folder.empty() && !is_free(options.folder)) {
    complain(options.folder + ": expected a new or an empty folder");
    return Exit::bad_input;
  }
  const std::filesystem::path folder =
      options.cache.empty() ? smt::default_cache() : std::filesystem::path(options.cache);
  const unsigned at_once = std::max(1U, std::thread::hardware_concurrency());
  const smt::Asker asker({}, smt::Cache(options.no_cache ? std::filesystem::path() : folder), at_once);
  const std::vector<Result> results = proof::prove(obligations, asker, show_progress);
  const Totals totals = add_up(results);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  print_table(results, totals, asker, seconds.count(), !options.only.empty() && !options.json);
  Exit exit = exit_of(totals);
  if (!options.folder.empty()) {
    const Exit written = write_export(options.folder, obligations, results, at_once);
    if (exit == Exit::holds) exit = written;
  }
  if (options.json) {
    ordered_json list = ordered_json::array();
    for (const Result& result : results) list.push_back(result_json(result));
    const ordered_json object = {{"obligations", list},
                                 {"as_expected", totals.as_expected},
                                 {"unexpected", totals.unexpected},
                                 {"not_decided", totals.failed},
                                 {"variants_refuted_and_replayed", totals.variants},
                                 {"questions", totals.questions},
                                 {"from_cache", totals.from_cache},
                                 {"seconds", seconds.count()},
                                 {"z3", asker.version(smt::Solver::z3)},
                                 {"cvc5", asker.version(smt::Solver::cvc5)}};
    fmt::print("{}\n", object.dump());
  }
  return exit;
}

constexpr const char* lesson =
    "Proves that a tail-call context takes at most, and exactly, min(33, what is charged) tail calls: the "
    "proof is\n"
    "about the rule that judges runs (oracles/model/tail_call_rule.hpp). Z3 and cvc5 must both say so; each "
    "wrong\n"
    "variant must be refuted, and its counterexample must break the bound when it is run on the model.\n"
    "  ./tailbound prove                   a table, then what is trusted (docs/trust.md)\n"
    "  ./tailbound prove --only T1.attempt.linux     with the counterexamples as .graph text\n"
    "  ./tailbound prove --export proofs && ./tailbound check-proofs proofs\n"
    "Exit codes: 0 all as expected, 1 an unexpected verdict, 2 bad input, 3 a solver is missing or gave no "
    "answer.";

}  // namespace

void add_prove(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ProveOptions>();
  CLI::App* command = app.add_subcommand("prove", "the bound proved by two solvers, for any programs");
  command->footer(lesson);
  command->add_option("--only", options->only, "one obligation's id, or a theorem: T1, T2, T3, T6, T7");
  command->add_option("--export", options->folder, "write every query, its certificate and a manifest here");
  CLI::Option* cache =
      command->add_option("--cache", options->cache, "where answers are kept (default: ~/.cache)");
  command->add_flag("--no-cache", options->no_cache, "ask everything again and keep nothing")
      ->excludes(cache);
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = prove(*options); });
}

}  // namespace tailbound::fuzz::cli

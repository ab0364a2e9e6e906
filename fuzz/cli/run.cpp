// tailbound run
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "fuzz/cli/oracle_options.hpp"
#include "jit/lower/stack_bound.hpp"
#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

struct RunOptions {
  EngineOptions engines;
  OracleOptions oracles;
  std::string file;
  bool json = false;
};

struct Voice {
  std::string name;
  const Observation* seen;
};

std::vector<Voice> voices(const Judge& judge) {
  std::vector<Voice> all = {
      {fmt::format("model ({})", judge.engines()[0]->identity().profile->name), &judge.predicted(0)}};  // first
  for (std::size_t e = 0; e < judge.engines().size(); ++e) {
    all.push_back({judge.engines()[e]->identity().text(), &judge.observed(e)});
  }
  return all;
}

/// Bytes of machine stack that the scenario can need under the scheme, frame by frame added up: on x86-64 where that has
/// the scheme.
std::uint64_t stack_bound(const bpf::Scenario& scenario, const EngineChoice& choice) {
  const auto bound = [&](const auto& scheme) {
    return jit::machine_stack_bound(bpf::lower(scenario), {.frame = scheme.frame_bytes, .entry = scheme.entry_bytes},
                                    bpf::max_tail_call_cnt)
        .bytes;
  };
  if (const auto* const scheme = x86_64::find_scheme(choice.scheme)) return bound(*scheme);
  return bound(*arm64::find_scheme(choice.scheme));
}

/// High-water mark of all native runs; 0: none was measured.
std::uint64_t stack_used(const Judge& judge) {
  std::uint64_t most = 0;
  for (std::size_t e = 0; e < judge.engines().size(); ++e) {
    for (const RunObservation& run : judge.observed(e).runs) most = std::max(most, run.stack_used);
  }
  return most;
}

void print_table(const bpf::Scenario& scenario, const Judge& judge) {
  std::size_t r = 0;
  for (const bpf::Event& event : scenario.events) {
    const auto* run = std::get_if<bpf::Run>(&event);
    if (run == nullptr) continue;
    fmt::print("run {}: {}\n", r + 1, scenario.programs[run->program].name());
    fmt::print("  {:<31}{:>11}{:>10}{:>10}{:>22}  {}\n", "", "tail calls", "refused", "entries", "return",
               "ended");
    for (const Voice& voice : voices(judge)) {
      if (!voice.seen->unavailable.empty()) {
        fmt::print("  {:<31}unavailable: {}\n", voice.name, voice.seen->unavailable);
        continue;
      }
      const RunObservation& seen = voice.seen->runs[r];
      const bpf::LedgerLayout& layout = voice.seen->layout;
      fmt::print("  {:<31}{:>11}{:>10}{:>10}{:>22}  {}{}\n", voice.name, seen.tail_calls(layout),
                 seen.fall_throughs(layout), seen.ledger[bpf::LedgerLayout::total], seen.return_value,
                 name(seen.status), seen.out_of_fuel() ? ", out of fuel" : "");
    }
    ++r;
  }
}

ordered_json runs_json(const Judge& judge) {
  ordered_json engines = ordered_json::array();
  for (const Voice& voice : voices(judge)) {
    ordered_json runs = ordered_json::array();
    for (const RunObservation& seen : voice.seen->runs) {
      runs.push_back({{"ended", name(seen.status)},
                      {"tail_calls", seen.tail_calls(voice.seen->layout)},
                      {"refused", seen.fall_throughs(voice.seen->layout)},
                      {"entries", seen.ledger[bpf::LedgerLayout::total]},
                      {"return", seen.return_value},
                      {"out_of_fuel", seen.out_of_fuel()}});
    }
    ordered_json row = {{"name", voice.name}, {"runs", runs}, {"unavailable", nullptr}};
    if (!voice.seen->unavailable.empty()) row["unavailable"] = voice.seen->unavailable;
    engines.push_back(std::move(row));
  }
  return engines;
}

Exit judge_scenario(const bpf::Scenario& scenario, const EngineChoice& choice, OracleSet set,
                    const RunOptions& options) {
  auto engines = make_engines(choice);
  if (!engines) {
    complain(engines.error());
    return Exit::bad_input;
  }
  Judge judge(std::move(*engines), set);
  judge.sampled(true);
  const Judgement judgement = judge.judge(scenario, true);
  const OracleCounts counts = judge.counts();
  const std::uint64_t bound = stack_bound(scenario, choice);
  ordered_json object = {{"file", options.file},         {"verdict", "holds"},
                         {"machine_stack_bound", bound}, {"machine_stack_used", nullptr},
                         {"engines", runs_json(judge)},  {"oracles", oracle_rows(counts, set)}};
  const std::uint64_t used = stack_used(judge);
  if (used != 0) object["machine_stack_used"] = used;
  if (!options.json) {
    print_table(scenario, judge);
    fmt::print("machine stack under {}: at most {} bytes, {}\n", choice.scheme, bound,
               used != 0 ? fmt::format("used {}", used) : "not measured");
    fmt::print("{}", oracle_lines(counts, set, 1));
  }
  Exit exit = Exit::holds;
  if (judgement.verdict.broken()) {
    auto finding = investigate(judge, scenario, false, true);
    if (finding) finding->scheme = choice.scheme;
    exit = Exit::finding;
    object["verdict"] = "finding";
    if (finding) object["finding"] = ordered_json::parse(reports::finding_json(*finding, options.file));
    if (!options.json && finding) fmt::print("\n{}", reports::text(*finding, options.file));
  } else if (const std::string silent = silent_engines(judge); !silent.empty()) {
    // What did not run did not hold.
    exit = Exit::could_not_run;
    object["verdict"] = "unavailable";
    complain(silent);
  } else if (!any_judged(counts)) {
    exit = Exit::could_not_run;
    object["verdict"] = "unavailable";
    complain("none of the oracles could judge: " + set.names());
  } else if (!options.json) {
    fmt::print("holds\n");
  }
  if (options.json) fmt::print("{}\n", reports::dump(object));
  return exit;
}

/// In a child: a scenario from a file may hold instructions that write anywhere.
Exit run_file(const RunOptions& options) {
  EngineChoice choice;
  if (!options.engines.read(choice)) return Exit::bad_input;
  OracleSet set = OracleSet::all();
  if (!options.oracles.read(set)) return Exit::bad_input;
  const auto scenario = load_scenario(options.file);
  if (!scenario) return Exit::bad_input;
  const ChildEnd end =
      in_child([&](std::string&) { return static_cast<int>(judge_scenario(*scenario, choice, set, options)); });
  if (end.signal == 0) {
    if (!end.message.empty()) complain(end.message);
    return static_cast<Exit>(end.exit_code);
  }
  const std::string detail = fmt::format("the process that ran it died of {}", strsignal(end.signal));
  if (options.json) {
    fmt::print("{}\n", reports::dump({{"file", options.file}, {"verdict", "finding"}, {"detail", detail}}));
  } else {
    fmt::print("finding  fault-process-died\n\n  {}\n", detail);
  }
  return Exit::finding;
}

constexpr const char* lesson =
    "Judges every run against the model and against the file's own `expect` lines.\n"
    "  ./tailbound run corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph\n"
    "  ./tailbound run corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph --scheme by-value";

}  // namespace

void add_run(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run a scenario file and judge it");
  command->footer(lesson);
  command->add_option("file", options->file, "a .graph file (docs/graph.md)")->required();
  options->engines.add(*command);
  options->oracles.add(*command);
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = run_file(*options); });
}

}  // namespace tailbound::fuzz::cli

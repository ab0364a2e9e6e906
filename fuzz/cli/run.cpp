// tailbound run
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/campaign/schemes.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "fuzz/cli/object_options.hpp"
#include "fuzz/cli/oracle_options.hpp"
#include "fuzz/cli/run_object.hpp"
#include "fuzz/cli/voices.hpp"
#include "jit/lower/stack_bound.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

struct RunOptions {
  EngineOptions engines;
  OracleOptions oracles;
  ObjectOptions objects;
  std::string file;
  bool json = false;
};

/// The model first.
std::vector<Voice> voices(const Judge& judge) {
  std::vector<Voice> all = engine_voices(judge);
  all.insert(all.begin(),
             {fmt::format("model ({})", judge.engines()[0]->identity().profile->name), &judge.predicted(0)});
  return all;
}

/// Of each arch whose JIT runs it, and where none does, of the scheme as some arch has it.
struct StackRow {
  std::string whose;
  std::uint64_t bound = 0;  // bytes that the scenario can need, frame by frame added up
  std::uint64_t used = 0;   // 0: not measured
};

std::vector<StackRow> stack_rows(const Judge& judge, const bpf::Scenario& scenario,
                                 const EngineChoice& choice) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  std::vector<StackRow> rows;
  const auto add = [&](std::string whose, const jit::SchemeView& scheme, std::uint64_t used) {
    const auto bound = jit::machine_stack_bound(lowered, scheme.stack_costs, bpf::max_tail_call_cnt).bytes;
    rows.push_back({std::move(whose), bound, used});
  };
  for (std::size_t e = 0; e < choice.engines.size(); ++e) {
    if (const auto* const scheme = jit::find_scheme(choice.engines[e], choice.scheme))
      add(judge.engines()[e]->identity().text(), *scheme, stack_used(judge.observed(e)));
  }
  if (rows.empty()) add(choice.scheme, *scheme_of(choice), 0);
  return rows;
}

void print_stacks(const std::vector<StackRow>& rows) {
  for (const StackRow& row : rows) {
    fmt::print("machine stack under {}: at most {} bytes, {}\n", row.whose, row.bound,
               row.used != 0 ? fmt::format("used {}", row.used) : "not measured");
  }
}

ordered_json stacks_json(const std::vector<StackRow>& rows) {
  ordered_json list = ordered_json::array();
  for (const StackRow& row : rows) {
    list.push_back({{"scheme", row.whose}, {"bound", row.bound}, {"used", nullptr}});
    if (row.used != 0) list.back()["used"] = row.used;
  }
  return list;
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
  const std::vector<StackRow> stacks = stack_rows(judge, scenario, choice);
  ordered_json object = {{"file", options.file},
                         {"verdict", "holds"},
                         {"machine_stack", stacks_json(stacks)},
                         {"engines", runs_json(voices(judge))},
                         {"oracles", oracle_rows(counts, set)}};
  if (!options.json) {
    print_runs(scenario, voices(judge));
    print_stacks(stacks);
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

/// Reads the file, and gives what judges it; nothing, with a complaint, where it cannot be read.
std::function<Exit()> judgement_of(const RunOptions& options, const EngineChoice& choice, OracleSet set) {
  if (is_object_file(options.file)) {
    auto object = load_object(options.file, options.objects);
    if (!object) return {};
    return [=, &options, object = std::move(*object)]() mutable {
      return judge_object(object, choice, set, options.file, options.json);
    };
  }
  if (options.objects.given()) {
    complain(options.file + ": no BPF object; events of a scenario stand in its file");
    return {};
  }
  auto scenario = load_scenario(options.file);
  if (!scenario) return {};
  return
      [=, &options, scenario = std::move(*scenario)] { return judge_scenario(scenario, choice, set, options); };
}

/// In a child: a file may hold instructions that write anywhere.
Exit run_file(const RunOptions& options) {
  EngineChoice choice;
  if (!options.engines.read(choice)) return Exit::bad_input;
  OracleSet set = OracleSet::all();
  if (!options.oracles.read(set)) return Exit::bad_input;
  const auto judge = judgement_of(options, choice, set);
  if (!judge) return Exit::bad_input;
  if (!prepare(choice)) return Exit::could_not_run;
  const ChildEnd end = in_child([&](std::string&) { return static_cast<int>(judge()); });
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
    "  ./tailbound run corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph --scheme by-value\n"
    "A BPF object (clang -target bpf -g -O2 -c) runs by the events given in order, or by those of --events:\n"
    "  ./tailbound run prog.bpf.o --set jmp_table[0]=classifier_0 --run entry --expect 'return 1'";

}  // namespace

void add_run(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run a scenario file or a BPF object and judge it");
  command->footer(lesson);
  command->add_option("file", options->file, "a .graph file (docs/graph.md), or a BPF object (docs/objects.md)")
      ->required();
  options->engines.add(*command);
  options->oracles.add(*command);
  options->objects.add(*command);
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = run_file(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound replay
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "fuzz/campaign/replay.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

struct ReplayOptions {
  std::vector<std::string> files;
  bool json = false;
};

Exit exit_of(Replayed result) {
  switch (result) {
    case Replayed::same:
    case Replayed::other: return Exit::finding;
    case Replayed::agrees: return Exit::holds;
    case Replayed::unable: return Exit::could_not_run;
  }
  return Exit::could_not_run;
}

/// What is not the scenario that was recorded says nothing about that one.
Exit exit_of(const reports::FindingFile& finding, const ReplayEnd& end) {
  return finding.edited() && end.result == Replayed::agrees ? Exit::bad_input : exit_of(end.result);
}

/// Cut off or changed since it was written: judged all the same.
void complain_of_edits(const std::string& file, const reports::FindingFile& finding) {
  if (!finding.edited()) return;
  complain(fmt::format("{}: edited or cut off since it was written: its signature is {}, its scenario's begins with {}-{}",
                       file, finding.record.signature, finding.record.verdict,
                       reports::shape_word(finding.scenario)));
}

std::string sentence(const reports::FindingRecord& record, const ReplayEnd& end) {
  switch (end.result) {
    case Replayed::same: return fmt::format("same verdict: {}: {}", end.verdict, end.detail);
    case Replayed::other:
      return fmt::format("another verdict: {}: {} (recorded: {})", end.verdict, end.detail, record.verdict);
    case Replayed::agrees: return fmt::format("agrees now (recorded: {})", record.verdict);
    case Replayed::unable: return fmt::format("could not run: {}", end.detail);
  }
  return "?";
}

ordered_json row(const std::string& file, const reports::FindingFile& finding, const ReplayEnd& end) {
  const reports::FindingRecord& record = finding.record;
  ordered_json object = {{"file", file},
                         {"result", name(end.result)},
                         {"recorded", record.verdict},
                         {"verdict", nullptr},
                         {"signature", nullptr},
                         {"detail", end.detail},
                         {"engines", record.engines},
                         {"scheme", record.scheme},
                         {"oracles", record.oracles.names()},
                         {"stage", name(stage_after(finding, end))},
                         {"edited", finding.edited()}};
  if (!end.verdict.empty()) object["verdict"] = end.verdict;
  if (!end.signature.empty()) object["signature"] = end.signature;
  return object;
}

/// A finding outweighs a bad file, which outweighs one that could not run.
Exit heavier(Exit a, Exit b) {
  for (const Exit exit : {Exit::finding, Exit::bad_input, Exit::could_not_run}) {
    if (a == exit || b == exit) return exit;
  }
  return Exit::holds;
}

Exit replay_files(const ReplayOptions& options) {
  Exit exit = Exit::holds;
  ordered_json rows = ordered_json::array();
  for (const std::string& file : options.files) {
    const auto finding = load_finding(file);
    if (!finding) {
      exit = heavier(exit, Exit::bad_input);
      rows.push_back({{"file", file}, {"result", "bad-file"}});
      continue;
    }
    complain_of_edits(file, *finding);
    const EngineChoice choice{.engines = finding->record.engines, .scheme = finding->record.scheme};
    const ReplayEnd end = prepare(choice) ? replay(*finding)
                                          : ReplayEnd{.result = Replayed::unable,
                                                      .verdict = {},
                                                      .signature = {},
                                                      .detail = "an engine cannot be had"};
    exit = heavier(exit, exit_of(*finding, end));
    rows.push_back(row(file, *finding, end));
    if (!options.json) {
      fmt::print("{}: {}; stage: {}\n", file, sentence(finding->record, end), name(stage_after(*finding, end)));
    }
  }
  if (options.json) fmt::print("{}\n", reports::dump({{"replays", rows}}));
  return exit;
}

constexpr const char* lesson =
    "A finding's file names its engines, scheme and oracles; nothing else is needed. Says whether the verdict "
    "is the\n"
    "same (same property, same class; exit 1), another one (exit 1), or none (fixed: exit 0).\n"
    "  ./tailbound replay findings/*.graph";

}  // namespace

void add_replay(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "judge findings again as their files say");
  command->footer(lesson);
  command->add_option("files", options->files, "findings that fuzz wrote")->required();
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = replay_files(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound blame
#include "fuzz/campaign/blame.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

struct BlameOptions {
  std::string file;
  bool json = false;
};

ordered_json json_of(const std::string& file, const reports::FindingRecord& record, const Blame& blame) {
  ordered_json guilty = ordered_json::array();
  for (const Guilt& guilt : blame.guilty) guilty.push_back({{"as_in", guilt.donor}, {"steps", guilt.steps}});
  ordered_json object = {{"file", file},
                         {"signature", record.signature},
                         {"engine", record.engine},
                         {"scheme", record.scheme},
                         {"guilty", guilty},
                         {"predicted_by", blame.predicted},
                         {"tried", blame.tried},
                         {"why_not", nullptr}};
  if (!blame.why_not.empty()) object["why_not"] = blame.why_not;
  return object;
}

Exit find(const BlameOptions& options) {
  const auto finding = load_finding(options.file);
  if (!finding) return Exit::bad_input;
  const Blame blame = find_blame(*finding);
  if (options.json) {
    fmt::print("{}\n", reports::dump(json_of(options.file, finding->record, blame)));
  } else {
    for (const std::string& sentence : blame.sentences()) fmt::print("guilty   {}\n", sentence);
  }
  if (blame.why_not.empty()) return Exit::holds;
  complain(fmt::format("{}: nothing to blame: {}", options.file, blame.why_not));
  return Exit::could_not_run;
}

constexpr const char* lesson =
    "Judges the finding again under its scheme with steps of other schemes in place of its own: one difference "
    "at a\n"
    "time, then two, then those of a sound scheme without which it does not go away. For an engine without a "
    "scheme (a\n"
    "kernel) it names the schemes that show exactly the same. Exit code 3: nothing was found guilty.\n"
    "  ./tailbound blame findings/bound-exceeded-b7a752c0-c2481666.graph";

}  // namespace

void add_blame(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<BlameOptions>();
  CLI::App* command = app.add_subcommand("blame", "which steps of a scheme a finding comes from");
  command->footer(lesson);
  command->add_option("file", options->file, "a finding that fuzz wrote")->required();
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = find(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound engines
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/cli/cli.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

/// Why it cannot run here, where that can be told without an argument.
std::optional<std::string> unavailable(const EngineRow& row) {
  if (!row.argument.empty()) return std::nullopt;
  return row.make({}, {})->unavailable();
}

void print_table() {
  for (const EngineRow& row : engine_rows()) {
    fmt::print("{}{}\n  {}\n", row.name, row.argument, row.summary);
    if (const auto why = unavailable(row)) fmt::print("  unavailable here: {}\n", *why);
  }
}

void print_json() {
  ordered_json rows = ordered_json::array();
  for (const EngineRow& row : engine_rows()) {
    ordered_json object = {
        {"name", row.name}, {"argument", row.argument}, {"summary", row.summary}, {"unavailable", nullptr}};
    if (const auto why = unavailable(row)) object["unavailable"] = *why;
    rows.push_back(std::move(object));
  }
  fmt::print("{}\n", reports::dump({{"engines", rows}}));
}

constexpr const char* lesson =
    "What --engine takes, and what keeps it from running on this machine.\n"
    "  ./tailbound fuzz --engine interpreter,x86_64";

}  // namespace

void add_engines(CLI::App& app, Exit& exit) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("engines", "list what runs scenarios");
  command->footer(lesson);
  command->add_flag("--json", *json, "one JSON object as the last line of the output");
  command->callback([json, &exit] {
    if (*json) print_json();
    else print_table();
    exit = Exit::holds;
  });
}

}  // namespace tailbound::fuzz::cli

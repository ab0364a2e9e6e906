// tailbound oracles
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/cli/cli.hpp"
#include "oracles/check/oracle.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

void print_table() {
  for (const Oracle& each : oracles()) {
    fmt::print("{} ({})\n  {}\n  findings:", each.name, text(each.when), each.summary);
    for (const Property property : each.properties) fmt::print(" {}", name(property));
    fmt::print("\n");
  }
}

void print_json() {
  ordered_json rows = ordered_json::array();
  for (const Oracle& each : oracles()) {
    ordered_json properties = ordered_json::array();
    for (const Property property : each.properties) properties.push_back(name(property));
    rows.push_back({{"name", each.name},
                    {"when", text(each.when)},
                    {"summary", each.summary},
                    {"properties", properties}});
  }
  fmt::print("{}\n", reports::dump({{"oracles", rows}}));
}

constexpr const char* lesson =
    "What a run is judged by, in this order. A finding is named after the property that it breaks.\n"
    "'sampled' ones judge one scenario in so many (fuzz --sample), and each that run and replay judge;\n"
    "'on request' is what run and replay ask for.\n"
    "  ./tailbound fuzz --only bound,frame\n"
    "  ./tailbound run FILE.graph --without agreement";

}  // namespace

void add_oracles(CLI::App& app, Exit& exit) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("oracles", "list what runs are judged by");
  command->footer(lesson);
  command->add_flag("--json", *json, "one JSON object as the last line of the output");
  command->callback([json, &exit] {
    if (*json) print_json();
    else print_table();
    exit = Exit::holds;
  });
}

}  // namespace tailbound::fuzz::cli

// parse_events: the event lines of the .graph text form, on programs that something else has declared.
#include <array>

#include "jit/bpf/check_parts.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/graph_parser.hpp"

namespace tailbound::bpf {
namespace graph {

namespace {

Names names_of(const Scenario& scenario) {
  Names names;
  for (std::uint16_t m = 0; m < scenario.maps.size(); ++m) {
    names.maps.emplace(scenario.maps[m].name, m);
    names.cells.push_back(static_cast<std::uint32_t>(scenario.maps[m].cells.size()));
  }
  for (std::uint16_t a = 0; a < scenario.arrays.size(); ++a) {
    names.arrays.emplace(scenario.arrays[a].name, a);
    names.slots.push_back(scenario.arrays[a].size);
  }
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    const Program& program = scenario.programs[p];
    names.programs.emplace(program.name(), p);
    NameTable& functions = names.functions.emplace_back();
    for (std::uint16_t f = 1; f < program.functions.size(); ++f)
      functions.emplace(program.functions[f].name, f);
  }
  return names;
}

}  // namespace

void Parser::parse_events(const Scenario& names) {
  static constexpr std::array<Rule<void>, 7> rules{{
      {"run", &Parser::run_event},
      {"expect", &Parser::expect_line},
      {"set", &Parser::set_event},
      {"delete", &Parser::delete_event},
      {"at", &Parser::at_entry_event},
      {"fuel", &Parser::fuel_line},
      {"seed", &Parser::seed_line},
  }};
  scenario_ = names;
  scenario_.events.clear();
  for (in_.skip_separators(); !in_.done(); in_.skip_separators()) {
    apply(rules, "run, expect, set, delete, at, fuel or seed");
  }
}

}  // namespace graph

std::expected<Scenario, ParseError> parse_events(std::string_view text, const Scenario& names) {
  const graph::Names known = graph::names_of(names);
  graph::Parser parser(text, &known);
  parser.parse_events(names);
  if (parser.error()) return std::unexpected(*parser.error());
  Scenario& scenario = parser.scenario();
  const auto fault = [&](std::size_t event, std::string message) {
    const auto& places = parser.places().events;
    const graph::Place place = event < places.size() ? places[event] : graph::Place{};
    return std::unexpected(ParseError{place.line, place.column, std::move(message)});
  };
  if (scenario.events.size() > cap::events) {
    return fault(cap::events, "one event more than " + std::to_string(cap::events));
  }
  if (scenario.fuel > cap::fuel) {
    return fault(SIZE_MAX,
                 "fuel " + std::to_string(scenario.fuel) + "; expected at most " + std::to_string(cap::fuel));
  }
  if (auto violation = check::events(scenario))
    return fault(violation->event.value_or(SIZE_MAX), violation->message);
  return std::move(scenario);
}

}  // namespace tailbound::bpf

// parse_graph: the file as a whole, and the names in it.
#include <array>
#include <limits>
#include <utility>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/graph_parser.hpp"
#include "jit/bpf/names.hpp"

namespace tailbound::bpf {
namespace graph {

Place Places::of(const Violation& violation) const {
  if (violation.event && *violation.event < events.size()) return events[*violation.event];
  if (!violation.function || violation.function->program >= functions.size()) return {};
  const std::vector<Place>& program = functions[violation.function->program];
  const std::size_t function = violation.function->function;
  return function < program.size() ? program[function] : Place{};
}

void Parser::parse() {
  scenario_.limits = default_limits().name;
  for (in_.skip_separators(); !in_.done(); in_.skip_separators()) declaration();
}

void Parser::declaration() {
  static constexpr std::array<Rule<void>, 14> rules{{
      {"type", &Parser::type_line},
      {"limits", &Parser::limits_line},
      {"fuel", &Parser::fuel_line},
      {"seed", &Parser::seed_line},
      {"map", &Parser::map},
      {"array", &Parser::array},
      {"program", &Parser::program},
      {"run", &Parser::run_event},
      {"expect", &Parser::expect_line},
      {"set", &Parser::set_event},
      {"delete", &Parser::delete_event},
      {"at", &Parser::at_entry_event},
      {"attach", &Parser::attach_event},
      {"detach", &Parser::detach_event},
  }};
  apply(rules,
        "a header (type, limits, fuel, seed), map, array, program, run, expect, set, delete, at, attach "
        "or detach");
}

void Parser::apply(std::span<const Rule<void>> rules, std::string_view expected) {
  for (const Rule<void>& rule : rules) {
    if (in_.at(rule.keyword)) return (this->*rule.parse)();
  }
  in_.fail_here(expected);
}

Token Parser::declare(NameTable& table, std::size_t first, std::size_t most, std::string_view kind) {
  const Token name = in_.want_word("a name for the " + std::string(kind));
  if (in_.error()) return name;
  if (!is_name(name.text)) {
    in_.fail(name.place, "found " + describe(name) + "; expected a name for the " + std::string(kind) +
                             ", at most " + std::to_string(cap::name_length) + " characters and no keyword");
  } else if (table.size() >= most) {
    in_.fail(name.place, "found " + std::string(kind) + " " + describe(name) + " after " +
                             std::to_string(most) + " others; expected at most " + std::to_string(most));
  } else if (!table.emplace(name.text, static_cast<std::uint16_t>(table.size() + first)).second) {
    in_.fail(name.place,
             "found a second " + std::string(kind) + " " + describe(name) + "; expected a new name");
  }
  return name;
}

std::uint16_t Parser::find(NameTable Names::*table, std::string_view kind) {
  return look_up(table, kind, in_.want_word("the " + std::string(kind) + "'s name"));
}

std::uint16_t Parser::look_up(NameTable Names::*table, std::string_view kind, const Token& name) {
  if (known_ == nullptr || in_.error()) return 0;
  const NameTable& names = known_->*table;
  if (const auto found = names.find(name.text); found != names.end()) return found->second;
  in_.fail(name.place, "unknown " + std::string(kind) + " " + describe(name) +
                           "; expected one of this file's " + std::string(kind) + "s");
  return 0;
}

std::uint16_t Parser::find_subprogram(std::uint16_t program) {
  const Token name = in_.want_word("the subprogram's name");
  if (known_ == nullptr || in_.error()) return 1;
  const NameTable& names = known_->functions[program];
  if (const auto found = names.find(name.text); found != names.end()) return found->second;
  in_.fail(name.place, "unknown subprogram " + describe(name) + "; expected one of this program's subprograms");
  return 1;
}

std::uint16_t Parser::program_name() { return find(&Names::programs, "program"); }

FunctionRef Parser::function_name() {
  const std::uint16_t program = program_name();
  if (!in_.take(".")) return {program, 0};
  return {program, find_subprogram(program)};
}

Parser::Element Parser::element(std::string_view kind) {
  Element element;
  element.name = in_.want_word("the " + std::string(kind) + "'s name");
  in_.want("[");
  element.index = in_.token();
  in_.want_number(0, std::numeric_limits<std::uint32_t>::max());
  in_.want("]");
  return element;
}

CellRef Parser::as_cell(const Element& element) {
  const std::uint16_t map = look_up(&Names::maps, "map", element.name);
  const std::uint32_t cells = known_ == nullptr || in_.error() ? cap::cells : known_->cells[map];
  return {map, static_cast<std::uint16_t>(in_.in_range(element.index, 0, cells - 1))};
}

SetSlot Parser::as_empty_slot(const Element& element) {
  const std::uint16_t array = look_up(&Names::arrays, "array", element.name);
  const std::uint32_t slots = known_ == nullptr || in_.error() ? cap::array_size : known_->slots[array];
  return {array, static_cast<std::uint32_t>(in_.in_range(element.index, 0, slots - 1)), std::nullopt};
}

}  // namespace graph

std::expected<Scenario, ParseError> parse_graph(std::string_view text) {
  constexpr std::size_t most = std::size_t{1} << 20;
  if (text.size() > most) {
    return std::unexpected(ParseError{
        1, 1,
        "the file has " + std::to_string(text.size()) + " bytes; expected at most " + std::to_string(most)});
  }
  graph::Parser first(text, nullptr);
  first.parse();
  if (first.error()) return std::unexpected(*first.error());
  graph::Parser second(text, &first.names());
  second.parse();
  if (second.error()) return std::unexpected(*second.error());
  if (const std::optional<Violation> violation = check_scenario(second.scenario())) {
    const graph::Place place = second.places().of(*violation);
    return std::unexpected(ParseError{place.line, place.column, violation->message});
  }
  return std::move(second.scenario());
}

}  // namespace tailbound::bpf

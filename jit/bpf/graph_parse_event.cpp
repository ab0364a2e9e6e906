// Events and expectations of the .graph text form.
#include <array>
#include <limits>
#include <utility>

#include "jit/bpf/graph_parser.hpp"
#include "jit/bpf/graph_words.hpp"

namespace tailbound::bpf::graph {
namespace {

Expect expected(Expect::Kind kind, std::uint64_t value) {
  return {.kind = kind, .function = {}, .cell = {}, .value = value};
}

}  // namespace

void Parser::add_event(Event event, Place place) {
  in_.want_end();
  scenario_.events.push_back(std::move(event));
  places_.events.push_back(place);
}

void Parser::run_event() {
  const Place place = in_.advance().place;
  last_run_ = scenario_.events.size();
  add_event(Run{program_name(), {}}, place);
}

void Parser::set_event() {
  const Place place = in_.advance().place;
  const Element left = element("map or array");
  in_.want("=");
  if (in_.at_word()) return add_event(set_slot(left), place);
  SetCell change{as_cell(left), 0};
  change.value = in_.want_value();
  add_event(change, place);
}

void Parser::delete_event() {
  const Place place = in_.advance().place;
  add_event(empty_slot(), place);
}

/// What follows the '='.
SetSlot Parser::set_slot(const Element& slot) {
  SetSlot change = as_empty_slot(slot);
  change.program = program_name();
  return change;
}

SetSlot Parser::slot_change() {
  if (in_.take("delete")) return empty_slot();
  if (!in_.take("set")) in_.fail_here("set or delete");
  const Element slot = element("array");
  in_.want("=");
  return set_slot(slot);
}

void Parser::at_entry_event() {
  in_.mark_counts(true);
  const Place place = in_.advance().place;
  in_.want("entry");
  in_.want("of");
  AtEntry event;
  event.function = function_name();
  in_.want("#");
  in_.mark_counts(false);
  event.count = static_cast<std::uint32_t>(in_.want_number(1, std::numeric_limits<std::uint32_t>::max()));
  in_.want(":");
  event.change = slot_change();
  add_event(event, place);
}

void Parser::attach_event() {
  const Place place = in_.advance().place;
  const Word<AttachKind>* const kind = find_word(attach_words, in_.token().text);
  if (kind == nullptr) return in_.fail_here("fentry, fexit or freplace");
  in_.advance();
  Attach event{kind->value, program_name(), {}};
  in_.want("to");
  event.target = function_name();
  add_event(event, place);
}

void Parser::detach_event() {
  const Place place = in_.advance().place;
  Detach event{program_name(), {}};
  in_.want("from");
  event.target = function_name();
  add_event(event, place);
}

void Parser::expect_line() {
  if (!last_run_) return in_.fail_here("a run before what is expected of it");
  in_.advance();
  std::vector<Expect>& expectations = std::get<Run>(scenario_.events[*last_run_]).expectations;
  do {
    in_.skip_newlines();
    expectations.push_back(expectation());
  } while (in_.take(","));
  in_.want_end();
}

Expect Parser::expectation() {
  static constexpr std::array<Rule<Expect>, 6> rules{{
      {"return", &Parser::expect_return},
      {"entries", &Parser::expect_entries},
      {"tail_calls", &Parser::expect_tail_calls},
      {"refused", &Parser::expect_refused},
      {"cell", &Parser::expect_cell},
      {"out_of_fuel", &Parser::expect_out_of_fuel},
  }};
  for (const Rule<Expect>& rule : rules) {
    if (!in_.take(rule.keyword)) continue;
    return (this->*rule.parse)();
  }
  in_.fail_here("return, entries, tail_calls, refused, cell or out_of_fuel");
  return {};
}

Expect Parser::expect_return() { return expected(Expect::Kind::return_value, in_.want_value()); }

Expect Parser::expect_entries() {
  Expect expect = expected(Expect::Kind::entries, 0);
  expect.function = function_name();
  expect.value = want_count();
  return expect;
}

Expect Parser::expect_tail_calls() { return expected(Expect::Kind::tail_calls, want_count()); }

Expect Parser::expect_refused() { return expected(Expect::Kind::refused, want_count()); }

Expect Parser::expect_cell() {
  Expect expect = expected(Expect::Kind::cell, 0);
  expect.cell = cell_name();
  expect.value = in_.want_value();
  return expect;
}

Expect Parser::expect_out_of_fuel() {
  const Word<std::uint64_t>* const answer = find_word(fuel_words, in_.token().text);
  if (answer == nullptr) {
    in_.fail_here("yes or no");
    return {};
  }
  in_.advance();
  return expected(Expect::Kind::out_of_fuel, answer->value);
}

std::uint64_t Parser::want_count() { return in_.want_number(0, std::numeric_limits<std::uint64_t>::max()); }

}  // namespace tailbound::bpf::graph

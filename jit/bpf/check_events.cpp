// check_scenario: what happens between and during runs.
#include "jit/bpf/check_parts.hpp"
#include "jit/bpf/probe_rules.hpp"

namespace tailbound::bpf::check {

namespace {

bool is_program(const Scenario& scenario, std::uint16_t program) { return program < scenario.programs.size(); }

std::string set_slot_fault(const Scenario& scenario, const SetSlot& change) {
  if (change.array >= scenario.arrays.size()) return "changes a prog_array that does not exist";
  const ProgArray& array = scenario.arrays[change.array];
  if (change.index >= array.size) {
    return "changes slot " + std::to_string(change.index) + " of prog_array " + array.name + ", which has " +
           std::to_string(array.size);
  }
  if (change.program && !is_program(scenario, *change.program))
    return "sets a slot to a program that does not exist";
  return {};
}

std::string unused_fault(const Expect& expect, bool uses_function, bool uses_cell) {
  const bool clean =
      (uses_function || expect.function == FunctionRef{}) && (uses_cell || expect.cell == CellRef{});
  return clean ? "" : "expects something of a function or cell that this expectation is not about";
}

std::string expect_fault(const Scenario& scenario, const Expect& expect) {
  switch (expect.kind) {
    case Expect::Kind::entries:
      if (!is_function(scenario, expect.function)) return "expects entries of a function that does not exist";
      return unused_fault(expect, true, false);
    case Expect::Kind::cell:
      if (!is_cell(scenario, expect.cell)) return "expects something of a map cell that does not exist";
      return unused_fault(expect, false, true);
    case Expect::Kind::out_of_fuel:
      if (expect.value > 1) return "expects out_of_fuel to be something else than yes or no";
      return unused_fault(expect, false, false);
    case Expect::Kind::return_value:
    case Expect::Kind::tail_calls:
    case Expect::Kind::refused: return unused_fault(expect, false, false);
  }
  return {};
}

std::string run_fault(const Scenario& scenario, const Run& run) {
  if (!is_program(scenario, run.program)) return "runs a program that does not exist";
  if (run.expectations.size() > cap::expectations) {
    return "has " + std::to_string(run.expectations.size()) + " expectations, at most " +
           std::to_string(cap::expectations) + " are allowed";
  }
  for (const Expect& expect : run.expectations) {
    if (auto fault = expect_fault(scenario, expect); !fault.empty()) return fault;
  }
  return {};
}

std::string at_entry_fault(const Scenario& scenario, const AtEntry& event) {
  if (!is_function(scenario, event.function)) return "waits for a function that does not exist";
  if (event.count == 0) return "waits for entry 0, the first is 1";
  return set_slot_fault(scenario, event.change);
}

std::string reference_fault(const Scenario& scenario, std::uint16_t probe, FunctionRef target) {
  if (!is_program(scenario, probe)) return "names a probe that does not exist";
  return is_function(scenario, target) ? "" : "names a target that does not exist";
}

std::string event_fault(const Scenario& scenario, const Event& event) {
  return std::visit(Match{
                        [&](const Run& e) { return run_fault(scenario, e); },
                        [&](const SetSlot& e) { return set_slot_fault(scenario, e); },
                        [&](const SetCell& e) -> std::string {
                          return is_cell(scenario, e.cell) ? "" : "sets a map cell that does not exist";
                        },
                        [&](const AtEntry& e) { return at_entry_fault(scenario, e); },
                        [&](const Attach& e) { return reference_fault(scenario, e.probe, e.target); },
                        [&](const Detach& e) { return reference_fault(scenario, e.probe, e.target); },
                    },
                    event);
}

/// The fault of an event that is an attachment or ends one; else nothing.
template <class Change>
std::string next_fault(ProbeRules& rules, const Event& event) {
  const auto* change = std::get_if<Change>(&event);
  if (change == nullptr) return {};
  std::string fault = rules.fault(*change);
  if (fault.empty()) rules.apply(*change);
  return fault;
}

Violation at_event(std::size_t index, const std::string& fault) {
  return {std::nullopt, index, "event " + std::to_string(index) + " " + fault};
}

}  // namespace

Fault events(const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    if (auto fault = event_fault(scenario, scenario.events[i]); !fault.empty()) return at_event(i, fault);
  }
  ProbeRules rules(scenario);
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    auto fault = next_fault<Attach>(rules, scenario.events[i]) + next_fault<Detach>(rules, scenario.events[i]);
    if (!fault.empty()) return at_event(i, fault);
  }
  return {};
}

}  // namespace tailbound::bpf::check

// The parts of check_scenario, in the order in which they build on each other.
#pragma once

#include <optional>
#include <string>

#include "jit/bpf/limits.hpp"

namespace tailbound::bpf::check {

using Fault = std::optional<Violation>;

inline Violation violation(std::string message) { return {std::nullopt, std::nullopt, std::move(message)}; }
inline Violation violation(FunctionRef function, std::string message) {
  return {function, std::nullopt, std::move(message)};
}

/// Limits record, fuel, how many there are of everything; afterwards every program has a main.
Fault header(const Scenario& scenario);
Fault names(const Scenario& scenario);
/// Maps and prog_arrays.
Fault maps(const Scenario& scenario);
/// Each function on its own: stack, registers, statements, references.
Fault functions(const Scenario& scenario);
/// Each program's call graph against the limits record.
Fault calls(const Scenario& scenario);
Fault events(const Scenario& scenario);

bool is_cell(const Scenario& scenario, CellRef cell);
bool is_function(const Scenario& scenario, FunctionRef function);

}  // namespace tailbound::bpf::check

// The canonical form of a scenario: what is left of it when names and the order of declarations are set aside.
#pragma once

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Canonical names (names.hpp), by position.
void name_canonically(Scenario& scenario);

/// Canonical names; programs, subprograms, arrays and maps in the order in which events and bodies come to
/// them, what nothing comes to behind them. Scenarios that differ in names and order alone have the same form,
/// unless they hold several programs that nothing comes to and that read the same.
Scenario canonical_form(const Scenario& scenario);

}  // namespace tailbound::bpf

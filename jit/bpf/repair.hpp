// Turns any scenario whose enums are in range into a valid one, leaving a valid one as it is.
#pragma once

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Afterwards check_scenario(scenario) finds nothing; a valid scenario is not changed. Out-of-range references
/// wrap around, recursive calls and calls beyond a limit become constants, uncalled subprograms are dropped.
void repair(Scenario& scenario);

}  // namespace tailbound::bpf

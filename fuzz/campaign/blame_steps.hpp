// The search for guilty steps of a scheme of x86-64.
#pragma once

#include "fuzz/campaign/blame.hpp"

namespace tailbound::fuzz {

/// Fills `guilty`, or says why there is nothing.
void blame_steps(const reports::FindingFile& finding, Blame& blame);

}  // namespace tailbound::fuzz

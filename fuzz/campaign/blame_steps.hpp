// The search for guilty steps of a scheme.
#pragma once

#include "fuzz/campaign/blame.hpp"

namespace tailbound::fuzz {

/// Whether an engine of that name emits a scheme's steps; "": x86_64.
bool has_steps(std::string_view engine);

/// Fills `guilty`, or says why there is nothing.
void blame_steps(const reports::FindingFile& finding, Blame& blame);

}  // namespace tailbound::fuzz

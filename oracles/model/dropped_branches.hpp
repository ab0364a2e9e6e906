// Branches that a verifier drops because it believes that a subprogram returns what it returns when its tail
// calls fall through (Profile::r0_of_taken_call_ignored): it follows each value that it knows and removes the
// side of a comparison that none of them takes. A taken tail call's value then goes the way of the others.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::model {

/// Which way a comparison always goes.
enum class Branch : std::uint8_t { open, always, never };

/// One an `if`, in the order of the text. Values that the verifier knows are constants, what it computes from
/// them, and what subprograms return by them; every function also returns 0, when its fuel is out. What it
/// knows of the bits of other values (tnum, ranges) is left out: it is right about them unless a call's value
/// is among them.
std::vector<Branch> dropped_branches(const bpf::Scenario& scenario);

}  // namespace tailbound::model

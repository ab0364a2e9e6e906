// Changes of a scenario for a coverage-guided search: whatever comes out is valid.
#pragma once

#include "gen/byte_source.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// Changes a valid scenario in one or a few places; the budget says how large it may become.
void mutate(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);

/// A scenario with parts of both.
bpf::Scenario cross(ByteSource& source, const bpf::Scenario& a, const bpf::Scenario& b);

}  // namespace tailbound::gen

// What is one step smaller than a scenario: for shrinking by RapidCheck, which looks for its own way down.
#pragma once

#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// Where single steps of all passes lead, each once, valid and smaller (size.hpp), the boldest first.
std::vector<bpf::Scenario> shrinks_of(const bpf::Scenario& scenario);

}  // namespace tailbound::gen

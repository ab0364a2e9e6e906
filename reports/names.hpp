// Names of functions as reports print them.
#pragma once

#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::reports {

/// By function id: "p" for a main, "p.f" for a subprogram.
std::vector<std::string> function_names(const bpf::Scenario& scenario);

}  // namespace tailbound::reports

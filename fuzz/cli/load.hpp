// Scenario files for the commands that take one.
#pragma once

#include <optional>
#include <string>

#include "jit/bpf/scenario.hpp"

namespace tailbound::fuzz::cli {

/// Reads and parses; complains in one line ("FILE:LINE:COLUMN: …") where it cannot.
std::optional<bpf::Scenario> load_scenario(const std::string& path);

}  // namespace tailbound::fuzz::cli

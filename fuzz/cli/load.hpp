// Scenario files for the commands that take one.
#pragma once

#include <optional>
#include <string>

#include "jit/bpf/scenario.hpp"
#include "reports/finding_file.hpp"

namespace tailbound::fuzz::cli {

/// The text of a file of at most 1 MiB; complains in one line where it cannot be read.
std::optional<std::string> load_text(const std::string& path);

/// Reads and parses; complains in one line ("FILE:LINE:COLUMN: …") where it cannot.
std::optional<bpf::Scenario> load_scenario(const std::string& path);

/// A finding that fuzz wrote; complains in one line where it is none, or names what this build does not have.
std::optional<reports::FindingFile> load_finding(const std::string& path);

}  // namespace tailbound::fuzz::cli

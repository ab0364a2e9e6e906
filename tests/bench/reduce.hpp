// tailbound bench --reduce: what becomes of random first findings, of each unsound scheme and of planted
// faults.
#pragma once

#include <span>

namespace tailbound::bench {

/// Arguments after --reduce; gives the exit code: 1 where a figure of docs/findings.md is not reached.
int reduce(std::span<char* const> arguments);

}  // namespace tailbound::bench

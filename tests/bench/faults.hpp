// tailbound bench --faults: what the search finds of the planted faults, and how fast.
#pragma once

#include <span>

namespace tailbound::bench {

/// Arguments behind `--faults`. Exit code: 0 enough are detected, 1 too few, or an equivalent one is, 2
/// arguments, 3 the system refused.
int faults(std::span<char* const> arguments);

}  // namespace tailbound::bench

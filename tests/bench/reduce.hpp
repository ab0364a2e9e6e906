// tailbound bench --reduce: what becomes of random findings of each scheme.
#pragma once

#include <span>

namespace tailbound::bench {

/// Arguments after --reduce; gives the exit code.
int reduce(std::span<char* const> arguments);

}  // namespace tailbound::bench

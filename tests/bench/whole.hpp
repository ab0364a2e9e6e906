// Whole scenarios, from seed to verdict: judged by all engines, by machine code and model alone, by size, and the
// bare run of the machine code that they are held against.
#pragma once

#include <map>
#include <string>

namespace tailbound::bench {

void register_whole();

/// Scenarios a second with and without the interpreter, the ratio to a bare run, and the cost by size, from medians
/// in nanoseconds by name; what was not measured is left out.
std::string whole_summary(const std::map<std::string, double>& medians);

}  // namespace tailbound::bench

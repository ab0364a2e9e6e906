// What compiling costs an instruction as scenarios grow: it must not grow with them.
#pragma once

#include <map>
#include <string>

namespace tailbound::bench {

/// Benchmarks compile/16 … compile/4096: that many functions, in programs of at most 256.
void register_compile_by_size();

/// The dearest size against the cheapest, an instruction, from the medians by benchmark; empty where none was
/// run.
std::string compile_slope(const std::map<std::string, double>& medians);

}  // namespace tailbound::bench

// The other arch: what its compiler and its emulated runs cost beside x86-64's.
#pragma once

#include <map>
#include <string>

namespace tailbound::bench {

/// Benchmarks compile_arm64, arm64 (compiled, run and observed) and arm64_again (a run of code that the emulator has
/// translated, with its round trip). Where no runner can be had, the last two are left out and a line says why.
void register_arm64();

/// From the medians by benchmark, in nanoseconds; empty where none was run.
std::string arm64_summary(const std::map<std::string, double>& medians);

}  // namespace tailbound::bench

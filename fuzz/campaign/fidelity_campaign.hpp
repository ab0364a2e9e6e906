// Generated scenarios through a kernel's compiler and ours.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "oracles/dump/dump_source.hpp"
#include "oracles/fidelity/tally.hpp"

namespace tailbound::fuzz {

struct FidelityPlan {
  std::uint64_t scenarios = 1000;
  std::uint64_t seed = 1;
  std::filesystem::path folder = "fidelity";  // for the first scenario of each class
  std::string command;                        // that shows one, before its file's name
};

/// What kept a scenario from being compared, or an example from being written.
struct FidelityFault {
  std::uint64_t scenario = 0;
  std::string what;
};

struct FidelityResult {
  fidelity::Tally tally;
  std::map<std::string, std::string> files;  // of the classes, by kind
  std::uint64_t refused = 0;          // scenarios that the kernel did not take, or that could not be read
  std::vector<FidelityFault> faults;  // the first of them, and what was not written
};

/// Scenario n of a seed is that of `tailbound fuzz --driver seed`. `progress` is called after each; false
/// stops.
FidelityResult run_fidelity(dump::DumpSource& source, const fidelity::Recognised& recognised,
                            const std::string& kernel, const FidelityPlan& plan,
                            const std::function<bool(const FidelityResult&)>& progress);

}  // namespace tailbound::fuzz

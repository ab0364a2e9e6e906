// From a broken verdict to a finding: reduce, compare the traces, write it down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "jit/bpf/scenario.hpp"
#include "oracles/judge/judge.hpp"
#include "reports/finding.hpp"

namespace tailbound::fuzz {

/// Nothing when the scenario agrees. `shrink`: reduce it first, keeping property and class. The scheme is
/// left to the caller: judges know engines.
std::optional<reports::Finding> investigate(Judge& judge, bpf::Scenario scenario, bool shrink, bool expectations);

/// The engines that could not take the judge's last scenario, each with its reason; empty when all ran.
std::string silent_engines(const Judge& judge);

/// The verdict where there is none: the process that ran the scenario died of the signal.
Verdict process_died(int signal);

}  // namespace tailbound::fuzz

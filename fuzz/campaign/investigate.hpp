// From a broken verdict to a finding: reduce, compare the traces, write it down.
#pragma once

#include <cstdint>
#include <optional>

#include "jit/bpf/scenario.hpp"
#include "oracles/judge/judge.hpp"
#include "reports/finding.hpp"

namespace tailbound::fuzz {

/// Nothing when the scenario agrees. `shrink`: reduce it first, keeping property and class.
std::optional<reports::Finding> investigate(Judge& judge, bpf::Scenario scenario, bool shrink, bool expectations);

}  // namespace tailbound::fuzz

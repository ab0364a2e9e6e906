// The reference mix: the scenarios that `tailbound bench` measures, and what they are like.
#pragma once

#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bench {

struct Mix {
  std::vector<bpf::Scenario> scenarios;
  std::vector<bpf::Lowered> lowered;
  std::uint64_t instructions = 0;  // slots of bytecode, all scenarios
  std::uint64_t tail_calls = 0;    // as the model walks them
  std::uint64_t entries = 0;
};

/// The first scenarios of campaign seed 1 with the generator's default budget.
const Mix& reference_mix();

/// Medians and shares, a line each.
std::string describe(const Mix& mix);

}  // namespace tailbound::bench

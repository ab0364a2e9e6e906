// The binary form of a scenario. Total in both directions, so that libFuzzer, RapidCheck, seeds and corpus
// share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Any bytes decode to a valid scenario (check_scenario finds nothing): what they lack reads as zero, what does
/// not fit is repaired (repair.hpp). Bounded: never more than a few thousand statements.
Scenario decode_scenario(std::span<const std::uint8_t> bytes);

/// decode_scenario(encode_scenario(s)) == s for every valid scenario.
std::vector<std::uint8_t> encode_scenario(const Scenario& scenario);

}  // namespace tailbound::bpf

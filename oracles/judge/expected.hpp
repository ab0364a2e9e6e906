// What a file expects of its runs against what an engine showed, and whether a difference is the engine's known
// design.
#pragma once

#include <string>

#include "jit/bpf/scenario.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/observation.hpp"

namespace tailbound {

struct Comparison {
  enum class Outcome : std::uint8_t {
    holds,
    explained,  // not as expected, and exactly as the model says under the engine's profile and discipline
    unexplained,
    unavailable,
  };
  Outcome outcome = Outcome::holds;
  std::string difference;   // "run 1: tail calls: expected 33, observed 4096"; or why it is unavailable
  std::string explanation;  // the profile's and the design's part: "an empty slot costs one"
};
std::string_view name(Comparison::Outcome outcome);

Comparison compare_with_expectations(const bpf::Scenario& scenario, const engine::Identity& engine,
                                     const Observation& seen);

}  // namespace tailbound

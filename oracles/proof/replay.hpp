// A counterexample of T1's step, run on the walker with the same wrong step.
#pragma once

#include <string>

#include "jit/bpf/profile.hpp"
#include "oracles/model/wrong_rule.hpp"
#include "oracles/proof/obligation.hpp"
#include "oracles/proof/t1_step.hpp"

namespace tailbound::proof {

/// A .graph text that leads to the model's state, takes the step there and then lets every frame spend what
/// budget it sees.
std::string scenario_of(StepKind kind, const smt::Model& model);

/// Shown: with the wrong step some context is not charged exactly min(33, what the profile charges), and with
/// the right rule every one is.
Replay replay(StepKind kind, model::WrongStep wrong, const bpf::Profile& profile, const smt::Model& model);

}  // namespace tailbound::proof

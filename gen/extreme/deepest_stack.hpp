// The scenario with the largest machine stack that a limits record accepts, by search over shapes.
#pragma once

#include <cstdint>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/scenario.hpp"
#include "jit/lower/stack_bound.hpp"

namespace tailbound::gen {

/// A program that tail-calls itself from below: `callers` frames, main first, stay alive under each tail call.
/// Behind that call the caller number `branch` (the tail-calling function itself where it equals `callers`)
/// calls a chain of `below` further functions: the deepest frames once no tail call is left.
struct StackShape {
  std::uint32_t callers = 0;
  std::uint32_t branch = 0;
  std::uint32_t below = 0;
};

struct DeepestStack {
  StackShape shape;
  bpf::Scenario scenario;  // valid under the limits; one run, which reaches the bound
  jit::StackBound bound;
  std::uint32_t shapes = 0;  // that were tried
};

/// Tries every shape that fits the record's number of frames, and in each raises what makes frames larger
/// (registers kept, a helper's return address, stack up to what the verifier still accepts) as long as the
/// bound rises. Costs are the scheme's; `limit` tail calls may be taken.
///
/// Nothing is deeper: what a tail call leaves below it and what the last main calls are each as large as a
/// chain of frames can be under the record, and the bound is a sum of the two (tests/gen/extreme compares with
/// that sum).
DeepestStack deepest_stack(const bpf::Limits& limits, const jit::StackCosts& costs, std::uint32_t limit);

}  // namespace tailbound::gen

// How much machine stack a scenario can need under a scheme.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/frame.hpp"

namespace tailbound::jit {

/// Bytes that a scheme takes; `frame` includes the return address.
struct StackCosts {
  std::uint32_t (*frame)(const Frame&) = nullptr;
  std::uint32_t (*entry)(const Frame&) = nullptr;  // more for the frame that a run enters; nullptr: nothing
  std::uint32_t helper = 8;  // below the frame that calls one
};

/// One frame of the chain that needs most.
struct StackStep {
  bpf::FunctionRef function;
  std::uint32_t bytes = 0;
  std::uint32_t taken = 0;  // tail calls made before this frame was entered
};

struct StackBound {
  std::uint64_t bytes = 0;
  std::vector<StackStep> chain;  // outermost first; its bytes add up to `bytes` but for a helper's at the end
};

/// The largest sum of live frames over all paths of at most `limit` taken tail calls, from any `run` event, with every
/// slot holding whatever it may hold at some time. A call adds the callee's frame; a taken tail call puts the target's
/// main in the place of its caller's frame. Control flow inside bodies is not looked at. True for every scheme under
/// which no path of nested frames takes more than `limit` (by value too: the count is lost at returns only).
StackBound machine_stack_bound(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit);

}  // namespace tailbound::jit

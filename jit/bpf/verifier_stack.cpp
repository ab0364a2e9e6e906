// The verifier's walk over call chains (check_max_stack_depth), by longest path instead of path by path.
#include "jit/bpf/verifier_stack.hpp"

#include <algorithm>

namespace tailbound::bpf {

std::vector<FrameFacts> frame_facts(const Program& program, const Limits& limits) {
  std::vector<FrameFacts> facts;
  facts.reserve(program.functions.size());
  for (const Function& function : program.functions) {
    facts.push_back({rounded_frame(limits, touched_stack(function)), count_sites(function.body) > 0});
  }
  return facts;
}

void ChainDepth::join(const ChainDepth& other) {
  frames = std::max(frames, other.frames);
  callers = std::max(callers, other.callers);
}

std::string chain_fault(const Limits& limits, const ChainDepth& depth, const FrameFacts& facts) {
  if (depth.frames > limits.frames) {
    return "is frame " + std::to_string(depth.frames) + " of a call chain, at most " +
           std::to_string(limits.frames) + " are allowed";
  }
  if (depth.callers + facts.bytes > limits.stack) {
    return "ends a call chain of " + std::to_string(depth.callers + facts.bytes) + " bytes of stack, at most " +
           std::to_string(limits.stack) + " are allowed";
  }
  // The kernel asks this of subprograms only: main has no frame before it.
  if (facts.tail_calls && depth.frames > 1 && depth.callers >= limits.stack_before_tail_call) {
    return "tail-calls below " + std::to_string(depth.callers) + " bytes of callers' stack, less than " +
           std::to_string(limits.stack_before_tail_call) + " are allowed";
  }
  return {};
}

std::vector<ChainDepth> chain_depths(const Calls& calls, const CallOrder& order,
                                     const std::vector<FrameFacts>& facts) {
  std::vector<ChainDepth> depths(calls.size());
  for (const std::uint16_t caller : order.order) {
    for (const std::uint16_t callee : calls[caller]) depths[callee].join(depths[caller].below(facts[caller]));
  }
  return depths;
}

}  // namespace tailbound::bpf

// How deep a function stands in its program's call chains, and what the verifier says to that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/bpf/call_graph.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::bpf {

/// What the verifier's stack walk asks of one function.
struct FrameFacts {
  std::uint32_t bytes = 0;  // rounded
  bool tail_calls = false;
};
std::vector<FrameFacts> frame_facts(const Program& program, const Limits& limits);

/// The deepest chains that lead to a function. Frames and bytes may come from different chains: each limit is
/// on its own maximum.
struct ChainDepth {
  std::uint32_t frames = 1;   // itself included
  std::uint32_t callers = 0;  // rounded bytes of the frames before it

  /// What this chain is for a callee of the function.
  ChainDepth below(const FrameFacts& facts) const { return {frames + 1, callers + facts.bytes}; }
  /// The deeper of both.
  void join(const ChainDepth& other);
};

/// Why a function may not stand that deep, in words that follow its name; empty when it may.
std::string chain_fault(const Limits& limits, const ChainDepth& depth, const FrameFacts& facts);

/// By function. The calls must not be recursive.
std::vector<ChainDepth> chain_depths(const Calls& calls, const CallOrder& order,
                                     const std::vector<FrameFacts>& facts);

}  // namespace tailbound::bpf

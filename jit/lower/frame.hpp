// What a JIT must know of a function before it emits it: what its frame holds and whether the count passes through.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::jit {

struct Frame {
  bool is_main = true;
  /// The count (or its pointer) has a slot in this frame.
  bool reaches_tail_call = false;
  std::uint32_t stack_depth = 0;     // bytes of BPF stack, as the verifier measured it
  std::uint8_t saved_registers = 0;  // bit 0 is r6, … bit 3 is r9: mentioned by the function

  std::uint32_t rounded_stack() const { return (stack_depth + 7) / 8 * 8; }
  std::uint32_t saved_count() const { return static_cast<std::uint32_t>(__builtin_popcount(saved_registers)); }
};

/// Frames of all functions of a program. Which functions the count passes through is found as the kernel's
/// verifier finds it (check_max_stack_depth): once a tail-calling callee has been met, every frame on a path that
/// ends afterwards is marked, so the answer is an over-approximation that depends on the order of the calls.
void find_frames(const bpf::Bytecode& program, std::vector<Frame>& frames);

}  // namespace tailbound::jit

// What a JIT must know of a function before it emits it: what its frame holds and whether the count passes
// through.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::jit {

struct Frame {
  bool is_main = true;
  /// The count (or its pointer) has a slot in this frame.
  bool reaches_tail_call = false;
  std::uint32_t stack_depth = 0;     // bytes of BPF stack, as the verifier measured it
  std::uint8_t saved_registers = 0;  // bit 0 is r6, … bit 3 is r9: mentioned by the function
  bool uses_r10 = false;             // likewise

  std::uint32_t rounded_stack() const { return (stack_depth + 7) / 8 * 8; }
  std::uint32_t saved_count() const { return static_cast<std::uint32_t>(__builtin_popcount(saved_registers)); }
};

/// Frames and calls of all functions of a program, by one pass over its instructions. Which functions the count
/// passes through is found as the kernel's verifier finds it (check_max_stack_depth): once a tail-calling
/// callee has been met, every frame on a path that ends afterwards is marked, so the answer is an
/// over-approximation that depends on the order of the calls. Keeps its buffers, so a warm finder allocates
/// nothing.
class FrameFinder {
 public:
  void find(const bpf::Bytecode& program);

  // Of the last program:
  std::span<const Frame> frames() const { return frames_; }
  /// The functions that `function` calls, one a call, in the order of the instructions.
  std::span<const std::uint16_t> callees(std::size_t function) const {
    return {callees_.data() + first_callee_[function], callees_.data() + first_callee_[function + 1]};
  }
  /// Whether the verifier's walk marked the function, whatever it does itself.
  bool marked(std::size_t function) const { return function < marked_.size() && marked_[function] != 0; }
  /// A tail call is none.
  bool calls_helper(std::size_t function) const { return calls_helper_[function] != 0; }

 private:
  void scan(const bpf::Bytecode& program, const bpf::LoweredFunction& function);
  void add_call(const bpf::Bytecode& program, std::uint32_t i);
  void find_reach(const bpf::Bytecode& program);
  void walk(std::uint16_t f);
  void mark_path();

  std::vector<Frame> frames_;
  std::vector<std::uint16_t> callees_;       // of all functions
  std::vector<std::uint32_t> first_callee_;  // by function, and one more
  std::vector<std::uint8_t> calls_helper_;
  // The verifier's walk. `met_` is sticky: a tail-calling callee has been entered. A function whose walk began
  // with it set marks every caller, so a second walk of it adds only the path that leads there.
  std::vector<std::uint8_t> has_tail_call_;
  std::vector<std::uint8_t> marked_;
  std::vector<std::uint8_t> walked_met_;
  std::vector<std::uint8_t> walked_unmet_;
  std::vector<std::uint16_t> path_;
  bool met_ = false;
};

/// The frames alone.
void find_frames(const bpf::Bytecode& program, std::vector<Frame>& frames);

/// The function that begins at instruction `insn`; 0 where none does.
std::uint16_t function_at(const bpf::Bytecode& program, std::uint32_t insn);

}  // namespace tailbound::jit

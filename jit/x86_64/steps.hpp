// The steps that several schemes share. Those of one family stand beside its schemes, in scheme_<family>.cpp.
#pragma once

#include <cstdint>

#include "jit/x86_64/emitter.hpp"

namespace tailbound::x86_64 {

using Steps = Scheme::Steps;

/// The count's limit as an immediate.
inline constexpr auto count_limit = static_cast<std::int8_t>(bpf::max_tail_call_cnt);

/// Where a main begins to count: it reaches a tail call and is entered from outside.
inline bool seeds_count(const Emitter& e) { return e.frame.reaches_tail_call && e.frame.is_main; }

/// Distance from rbp to the quadword that lies `n` (from 1) quadwords below the BPF stack.
inline std::int32_t below_stack(const jit::Frame& frame, std::int32_t n) {
  return -static_cast<std::int32_t>(frame.rounded_stack()) - 8 * n;
}

/// Return address, rbp, BPF stack and saved registers, and `slots` quadwords.
inline std::uint32_t frame_bytes(const jit::Frame& frame, std::uint32_t slots) {
  return 16 + frame.rounded_stack() + 8 * frame.saved_count() + 8 * slots;
}

namespace step {

// Prologue (frame.cpp). Every prologue has "landing pad" twice; the second is where a tail call lands.
extern const Step landing_pad, fentry_pad, frame_pointer, stack, save_registers;

// Tail-call sites (tail_call.cpp). r2 (rsi) is the prog_array, r3 (rdx) the index.
extern const Step zero_extend_index, check_index, load_target, check_null, bypass;
extern const Step restore_registers, free_stack, load_entry, jump, target;
// With the address of the count in rax, quadword wide. The comparison is the end of a family's own "check
// count".
void compare_cell(Emitter& e);
extern const Step charge_cell;

// Epilogue (frame.cpp); it begins with restore_registers.
extern const Step leave, return_to_caller;
Steps plain_epilogue();

}  // namespace step
}  // namespace tailbound::x86_64

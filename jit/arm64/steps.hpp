// The steps that several schemes share. Those of one family stand beside its schemes, in scheme_<family>.cpp.
#pragma once

#include <cstdint>

#include "jit/arm64/emitter.hpp"

namespace tailbound::arm64 {

using Steps = Scheme::Steps;

/// sp stays a multiple of this.
inline constexpr std::uint32_t stack_alignment = 16;

inline std::uint32_t stack_bytes(const jit::Frame& frame) {
  return (frame.stack_depth + stack_alignment - 1) / stack_alignment * stack_alignment;
}

/// BPF stack and `pairs` pairs of registers, the return address among them.
inline std::uint32_t frame_bytes(const jit::Frame& frame, std::uint32_t pairs) {
  return stack_bytes(frame) + 16 * pairs;
}

/// Pairs that Emitter::push_used pushes.
inline std::uint32_t used_pairs(const jit::Frame& frame) {
  return (frame.saved_count() + (frame.uses_r10 ? 1 : 0) + 1) / 2;
}

/// Where a tail call enters: behind the pads and `words` instructions that every configuration has.
inline std::uint32_t landing_behind(const jit::Options& options, std::uint32_t words) {
  return word_bytes * (words + (options.bti ? 1 : 0) + (options.pac ? 1 : 0));
}

namespace step {

// Prologue (frame.cpp).
extern const Step landing_pad, keep_return_address, fentry_pad, sign_return_address, frame_record;
extern const Step save_all_registers, frame_pointer, tail_call_pad, frame_bottom, stack;

// Tail-call sites (tail_call.cpp). r2 (x1) is the prog_array, r3 (x2) the index.
extern const Step load_max_entries, zero_extend_index, check_index, slots_address, scale_index, load_target;
extern const Step check_null, free_stack, load_entry, jump;
/// The count in the cell that x26 points to, and the next one, in x12; written back by charge_cell.
extern const Step check_cell, next_count, charge_cell;

// Epilogue (frame.cpp); it begins with free_stack.
extern const Step restore_all_registers, drop_frame_record, result, authenticate_return, return_to_caller;
extern const Step trampoline_stub;

}  // namespace step
}  // namespace tailbound::arm64

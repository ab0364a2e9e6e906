// By pointer: one cell in the entry frame, its address in x26 in every other.
#include "jit/arm64/families.hpp"
#include "jit/arm64/steps.hpp"

namespace tailbound::arm64 {

namespace {

constexpr std::int32_t below_record = -16;

/// x29 is at the frame record. Below it lies the cell of a main, or the caller's pointer.
jit::CountSlots slots(const jit::Frame& frame) {
  if (frame.is_main) return {.count = below_record, .pointer = 0};
  return {.count = 0, .pointer = below_record};
}

/// Frame record, cell and pointer, used registers.
std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, 2 + used_pairs(frame)); }

/// `mov x9, x30; nop`, frame record of 2, cell of 2.
std::uint32_t landing(const jit::Options& options) { return landing_behind(options, 6); }

/// A tail call lands behind this, with the pointer in x26.
constexpr Step cell_and_pointer = named("count cell and pointer", [](Emitter& e) {
  if (e.frame.is_main) {
    e.a.push(xzr, count_register);
    e.move(count_register, sp);
  } else {
    e.a.push(count_register, count_register);
  }
});

constexpr Step save_used = named("save registers", [](Emitter& e) { e.push_used(); });
constexpr Step restore_used = named("restore registers", [](Emitter& e) { e.pop_used(); });

constexpr Step frame_pointer_if_used = named("frame pointer", [](Emitter& e) {
  if (e.frame.uses_r10) e.move(x25, sp);
});
constexpr Step stack_if_used = named("stack", [](Emitter& e) {
  if (e.frame.stack_depth != 0) step::stack.emit(e);
});
constexpr Step free_stack_if_used = named("free stack", [](Emitter& e) {
  if (e.frame.stack_depth != 0) step::free_stack.emit(e);
});
constexpr Step drop_cell = named("drop cell", [](Emitter& e) { e.a.pop(xzr, count_register); });

}  // namespace

std::vector<Scheme> pointer_family() {
  const jit::SchemeIdentity identity = {
      .name = "pointer",
      .arch = "arm64",
      .summary = "one cell in the entry frame, its address in x26; a frame saves the register pairs that it uses, and "
                 "a tail call pops them",
      .source = "5d4fa9ec5643; kernel 6.12",
      .profile = &bpf::profile_linux(),
      .meant_sound = true,
      .nests_within_limit = true,
  };
  Steps site = {step::load_max_entries, step::zero_extend_index, step::check_index, step::check_cell,
                step::next_count,       step::slots_address,     step::scale_index, step::load_target,
                step::check_null,       step::charge_cell,       free_stack_if_used, restore_used,
                step::load_entry,       step::jump};
  return {{
      .identity = identity,
      .prologue = {step::landing_pad, step::keep_return_address, step::fentry_pad, step::sign_return_address,
                   step::frame_record, cell_and_pointer, step::tail_call_pad, save_used, frame_pointer_if_used,
                   stack_if_used},
      .call_site = {},
      .after_call = {},
      .helper_site = {},
      .tail_call_direct = site,
      .tail_call_indirect = site,
      .epilogue = {free_stack_if_used, restore_used, drop_cell, step::drop_frame_record, step::result,
                   step::authenticate_return, step::return_to_caller, step::trampoline_stub},
      .trampoline = {},
      .landing = landing,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = slots,
      .lowering = {.stack = Emitter::Lowering::Stack::from_sp, .direct_calls = true},
  }};
}

}  // namespace tailbound::arm64

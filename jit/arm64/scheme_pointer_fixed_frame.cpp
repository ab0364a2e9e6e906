// By pointer, as first mended: every frame saves all registers, and a tail call leaves them to its target's frame.
#include "jit/arm64/families.hpp"
#include "jit/arm64/steps.hpp"

namespace tailbound::arm64 {

namespace {

/// x29 is at the frame record; below it lie two pairs, the caller's x26 and x25, and the cell (or the pointer).
constexpr std::int32_t cell = -64;

jit::CountSlots slots(const jit::Frame& frame) {
  if (frame.is_main) return {.count = cell, .pointer = 0};
  return {.count = 0, .pointer = cell};
}

/// Frame record, x19 to x22, x26 and x25 twice, x27 and x28.
std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, 6); }

/// `mov x9, x30; nop`, frame record of 2, two pairs, cell of 4, a pair, frame pointer.
std::uint32_t landing(const jit::Options& options) { return landing_behind(options, 12); }

/// As long in a subprogram, so that frames are alike.
constexpr Step cell_and_pointer = named("count cell and pointer", [](Emitter& e) {
  e.a.push(count_register, x25);
  if (e.frame.is_main) e.a.movz(count_register, 0, 0);
  e.a.push(count_register, x25);
  if (e.frame.is_main) {
    e.move(count_register, sp);
  } else {
    e.a.nop();
    e.a.nop();
  }
});

constexpr Step save_bottom = named("save frame bottom", [](Emitter& e) { e.a.push(x27, x28); });
constexpr Step restore_bottom = named("restore frame bottom", [](Emitter& e) { e.a.pop(x27, x28); });
constexpr Step drop_cell = named("drop cell and restore pointer", [](Emitter& e) {
  e.a.pop(count_register, x25);
  e.a.pop(count_register, x25);
});

}  // namespace

std::vector<Scheme> pointer_fixed_frame_family() {
  const jit::SchemeIdentity identity = {
      .name = "pointer-fixed-frame",
      .arch = "arm64",
      .summary = "as pointer, but every frame saves all registers alike and a tail call leaves them on the stack to its "
                 "target",
      .source = "66ff4d61dc12",
      .profile = &bpf::profile_linux(),
      .meant_sound = true,
      .nests_within_limit = true,
  };
  Steps site = {step::load_max_entries, step::zero_extend_index, step::check_index, step::check_cell,
                step::next_count,       step::slots_address,     step::scale_index, step::load_target,
                step::check_null,       step::charge_cell,       step::load_entry,  step::free_stack,
                step::jump};
  return {{
      .identity = identity,
      .prologue = {step::landing_pad, step::keep_return_address, step::fentry_pad, step::sign_return_address,
                   step::frame_record, step::save_all_registers, cell_and_pointer, save_bottom,
                   step::frame_pointer, step::tail_call_pad, step::frame_bottom, step::stack},
      .call_site = {},
      .after_call = {},
      .helper_site = {},
      .tail_call_direct = site,
      .tail_call_indirect = site,
      .epilogue = {step::free_stack, restore_bottom, drop_cell, step::restore_all_registers,
                   step::drop_frame_record, step::result, step::authenticate_return, step::return_to_caller,
                   step::trampoline_stub},
      .trampoline = {},
      .landing = landing,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = slots,
      .lowering = {.stack = Emitter::Lowering::Stack::from_bottom, .direct_calls = false},
  }};
}

}  // namespace tailbound::arm64

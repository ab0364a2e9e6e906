// By value: the count is in x26, which a function gives back to its caller as it was.
#include "jit/arm64/families.hpp"
#include "jit/arm64/literal.hpp"
#include "jit/arm64/steps.hpp"

namespace tailbound::arm64 {

namespace {

/// x29 is at the frame record; below it lie two pairs, then x25 and the caller's count.
jit::CountSlots slots(const jit::Frame&) { return {.count = -40, .pointer = 0, .own_in = "x26"}; }

/// Frame record, x19 to x22, x25 and x26, x27 and x28.
std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, 5); }

/// `mov x9, x30; nop`, frame record of 2, four pairs, frame pointer, seed.
std::uint32_t landing(const jit::Options& options) { return landing_behind(options, 10); }

constexpr Step save_count = named("save frame pointer and count", [](Emitter& e) { e.a.push(x25, count_register); });
constexpr Step save_bottom = named("save frame bottom", [](Emitter& e) { e.a.push(x27, x28); });

/// A tail call lands behind this.
constexpr Step seed_count = named("seed count", [](Emitter& e) {
  if (e.frame.is_main) e.a.movz(count_register, 0, 0);
});

constexpr Step check_count = named("check count", [](Emitter& e) {
  emit_mov64(e.a, scratch, bpf::max_tail_call_cnt);
  e.a.cmp(count_register, scratch);
  e.a.b(Cond::cs, e.site.out);
});

/// Before the slot is looked at, so an empty one costs too.
constexpr Step charge_count =
    named("charge", [](Emitter& e) { e.a.add(count_register, count_register, Imm12(1)); });

constexpr Step restore_bottom = named("restore frame bottom", [](Emitter& e) { e.a.pop(x27, x28); });
constexpr Step restore_count =
    named("restore frame pointer and count", [](Emitter& e) { e.a.pop(x25, count_register); });

}  // namespace

std::vector<Scheme> by_value_family() {
  const jit::SchemeIdentity identity = {
      .name = "by-value",
      .arch = "arm64",
      .summary = "the count is in x26, a callee-saved register: what a subprogram adds is lost when it returns",
      .source = "d4609a5d8c70; kernels 6.0 to 6.11, here as in 6.1",
      .profile = &bpf::profile_linux_6_1(),
      .by_value = true,
      .nests_within_limit = true,
  };
  Steps site = {step::load_max_entries, step::zero_extend_index, step::check_index, check_count,
                charge_count,           step::slots_address,     step::scale_index, step::load_target,
                step::check_null,       step::load_entry,        step::free_stack,  step::jump};
  return {{
      .identity = identity,
      .prologue = {step::landing_pad, step::keep_return_address, step::fentry_pad, step::sign_return_address,
                   step::frame_record, step::save_all_registers, save_count, save_bottom, step::frame_pointer,
                   seed_count, step::tail_call_pad, step::frame_bottom, step::stack},
      .call_site = {},
      .after_call = {},
      .helper_site = {},
      .tail_call_direct = site,
      .tail_call_indirect = site,
      .epilogue = {step::free_stack, restore_bottom, restore_count, step::restore_all_registers,
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

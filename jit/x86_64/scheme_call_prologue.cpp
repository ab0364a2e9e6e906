// The draft of October 2023: the prologue of an entered main pushes the cell and calls its own body.
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

/// The cell lies above the body's return address; every frame has the pointer alone.
jit::CountSlots slots(const jit::Frame& frame) { return {.count = 0, .pointer = below_stack(frame, 1)}; }

std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, frame.reaches_tail_call ? 1 : 0); }
/// The cell and the body's return address; a tail call lands behind both.
std::uint32_t entry_bytes(const jit::Frame& frame) { return frame.reaches_tail_call ? 16 : 0; }

constexpr std::uint32_t call_size = 13;

/// Pads of 5, the call of 13, `push rbp; mov rbp, rsp` of 4.
std::uint32_t landing(const jit::Options& options) { return options.ibt ? 26 : 22; }

constexpr Step call_own_body = named("call own body", [](Emitter& e) {
  if (!seeds_count(e)) {
    e.a.nops(call_size);
    return;
  }
  e.a.alu(Group1::bit_xor, eax, eax);
  e.a.push(rax);
  e.a.mov(rax, rsp);
  e.a.call_over(2);
  e.a.pop(rcx);
  e.a.ret();
});

constexpr Step pointer_slot = named("pointer slot", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.push(rax);
});

constexpr Step reload_pointer = named("reload pointer", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, slots(e.frame).pointer));
});

/// 32 bits wide, as the draft has it; the cell's high half stays 0.
constexpr Step check_count = named("check count", [](Emitter& e) {
  e.a.mov(rax, at_disp32(rbp, slots(e.frame).pointer));
  e.a.alu32_imm8(Group1::cmp, at(rax), count_limit);
  e.a.jcc(Cond::ae, e.site.out);
});
constexpr Step charge_count = named("charge", [](Emitter& e) { e.a.alu32_imm8(Group1::add, at(rax), 1); });

constexpr Step pop_pointer = named("pop pointer", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.pop(rax);
});

}  // namespace

std::vector<Scheme> call_prologue_family() {
  return {{
      .identity = {.name = "call-prologue",
                   .arch = "x86_64",
                   .summary =
                       "an entered main pushes the cell and calls its own body, so that the cell lies outside "
                       "every frame that a tail call replaces; an empty slot costs one",
                   .source = "mail 20231011152725.95895-3",
                   .profile = &bpf::profile_linux_6_1(),
                   .meant_sound = true},
      .prologue = {step::landing_pad, step::fentry_pad, call_own_body, step::frame_pointer, step::landing_pad,
                   step::stack, pointer_slot, step::save_registers},
      .call_site = {reload_pointer},
      .after_call = {},
      .helper_site = {reload_pointer},
      .tail_call_direct = {check_count, charge_count, step::bypass, step::restore_registers, pop_pointer,
                           step::free_stack, step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check_count, charge_count,
                             step::load_target, step::check_null, step::restore_registers, pop_pointer,
                             step::free_stack, step::load_entry, step::jump},
      .epilogue = step::plain_epilogue(),
      .trampoline = {},
      .landing = landing,
      .frame_bytes = bytes,
      .entry_bytes = entry_bytes,
      .slots = slots,
  }};
}

}  // namespace tailbound::x86_64

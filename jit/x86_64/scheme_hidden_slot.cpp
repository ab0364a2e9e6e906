// The reviewer's attempt: 16 hidden bytes at the top of the entry frame, where BPF's own stack begins too.
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

constexpr std::int32_t pointer_at = -8;
constexpr std::int32_t count_at = -16;

jit::CountSlots slots(const jit::Frame&) { return {.count = count_at, .pointer = pointer_at}; }

/// Two hidden quadwords and a copy of the pointer. A main that reaches no tail call has the hidden ones only
/// when a tail call enters it, behind the caller's; they are counted always.
std::uint32_t bytes(const jit::Frame& frame) {
  return frame_bytes(frame, frame.reaches_tail_call ? 3 : frame.is_main ? 2 : 0);
}

constexpr std::uint32_t make_size = 16;

/// Landing and unwind are not in the thread. As the slots' place does not depend on the stack's depth, a tail
/// call can leave them where they are and land right behind what fills them: pads of 5, `push rbp; mov rbp,
/// rsp` of 4, then 16.
std::uint32_t landing(const jit::Options& options) { return options.ibt ? 29 : 25; }

constexpr Step make_cell = named("make cell and pointer", [](Emitter& e) {
  if (seeds_count(e)) {
    e.a.alu_imm8(Group1::sub, rsp, -count_at);
    e.a.mov(at(rbp, pointer_at), rsp);
    e.a.mov64(at(rsp), 0);
  } else if (e.frame.is_main) {
    e.a.nops(make_size);
  } else if (e.frame.reaches_tail_call) {
    e.a.push(rax);
    e.a.push(rax);
  }
});

constexpr Step copy_pointer = named("copy pointer", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.mov(rax, at(rbp, pointer_at));
  e.a.push(rax);
});

constexpr Step reload_pointer = named("reload pointer", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, pointer_at));
});

constexpr Step check_count = named("check count", [](Emitter& e) {
  e.a.mov(rax, at(rbp, pointer_at));
  step::compare_cell(e);
});

constexpr Step pop_copy = named("pop copy", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.pop(rax);
});

}  // namespace

std::vector<Scheme> hidden_slot_family() {
  return {{
      .identity = {.name = "hidden-slot",
                   .arch = "x86_64",
                   .summary =
                       "pointer and count in the first 16 bytes of the entry frame, where BPF's own stack lies "
                       "too: a store through r10 hits them",
                   .source =
                       "mail 20231011152725.95895-3, review of 21 December 2023; landing and unwind are ours",
                   .profile = &bpf::profile_linux_6_1(),
                   .meant_sound = false,
                   .wild = true},
      .prologue = {step::landing_pad, step::fentry_pad, step::frame_pointer, make_cell, step::landing_pad,
                   copy_pointer, step::stack, step::save_registers},
      .call_site = {reload_pointer},
      .after_call = {},
      .helper_site = {},
      .tail_call_direct = {check_count, step::charge_cell, step::bypass, step::restore_registers,
                           step::free_stack, pop_copy, step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check_count, step::charge_cell,
                             step::load_target, step::check_null, step::restore_registers, step::free_stack,
                             pop_copy, step::load_entry, step::jump},
      .epilogue = step::plain_epilogue(),
      .trampoline = {},
      .landing = landing,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = slots,
  }};
}

}  // namespace tailbound::x86_64

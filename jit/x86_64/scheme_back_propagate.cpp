// By value down, and back in rcx: the epilogue hands the count over, the caller stores it behind the call.
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

/// As by value: the high half of the quadword below the BPF stack.
jit::CountSlots slots(const jit::Frame& frame) { return {.count = below_stack(frame, 1) + 4, .pointer = 0}; }

std::uint32_t landing(const jit::Options& options) { return options.ibt ? 15 : 11; }

constexpr Step seed_count = named("seed count", [](Emitter& e) {
  if (seeds_count(e)) e.a.alu(Group1::bit_xor, eax, eax);
  else e.a.nop2();
});

constexpr Step reload_count = named("reload count", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, below_stack(e.frame, 1)));
});

/// Only behind a callee that can hand a count back.
constexpr Step store_returned = named("store returned count", [](Emitter& e) {
  if (e.frame.reaches_tail_call && e.callee.reaches_tail_call)
    e.a.mov(at_disp32(rbp, below_stack(e.frame, 1)), rcx);
});

constexpr Step check_count = named("check count", [](Emitter& e) {
  e.a.mov(eax, at_disp32(rbp, slots(e.frame).count));
  e.a.alu_imm8(Group1::cmp, eax, count_limit);
  e.a.jcc(Cond::ae, e.site.out);
});
constexpr Step charge_count = named("charge", [](Emitter& e) {
  e.a.alu_imm8(Group1::add, eax, 1);
  e.a.mov(at_disp32(rbp, slots(e.frame).count), eax);
});
constexpr Step pop_count = named("pop count", [](Emitter& e) { e.a.pop(rax); });

struct Variant {
  Step slot;
  Step hand_back;
  std::uint32_t (*bytes)(const jit::Frame&);
};

Scheme back_propagate(jit::SchemeIdentity identity, const Variant& v) {
  identity.arch = "x86_64";
  identity.profile = &bpf::profile_linux_6_1();
  return {
      .identity = identity,
      .prologue = {step::landing_pad, step::fentry_pad, seed_count, step::frame_pointer, step::landing_pad,
                   step::stack, v.slot, step::save_registers},
      .call_site = {reload_count},
      .after_call = {store_returned},
      .helper_site = {},
      .tail_call_direct = {check_count, charge_count, step::bypass, step::restore_registers, pop_count,
                           step::free_stack, step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check_count, charge_count,
                             step::load_target, step::check_null, step::restore_registers, pop_count,
                             step::free_stack, step::load_entry, step::jump},
      .epilogue = {v.hand_back, step::restore_registers, step::leave, step::return_to_caller},
      .trampoline = {},
      .landing = landing,
      .frame_bytes = v.bytes,
      .entry_bytes = nullptr,
      .slots = slots,
  };
}

// --- poked: programs in a prog_array hand back, those that reach no tail call as well ---

/// A main that reaches no tail call must give back the count that it was handed, so it keeps it.
bool keeps_count(const jit::Frame& frame) { return frame.is_main || frame.reaches_tail_call; }

constexpr Step slot_poked = named("count slot", [](Emitter& e) {
  if (keeps_count(e.frame)) e.a.push(rax);
});
/// Always as it is once poked: a program in no prog_array is entered from outside alone, where rcx is not read.
constexpr Step hand_back_poked = named("hand count back", [](Emitter& e) {
  if (keeps_count(e.frame)) e.a.mov(rcx, at_disp32(rbp, below_stack(e.frame, 1)));
});
std::uint32_t bytes_poked(const jit::Frame& frame) { return frame_bytes(frame, keeps_count(frame) ? 1 : 0); }

// --- checked: who has a count that is not 0 hands it back ---

constexpr Step slot_checked = named("count slot", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.push(rax);
});
constexpr Step hand_back_checked = named("hand count back", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  ShortLabel nothing_spent;
  e.a.alu32_imm8(Group1::cmp, at_disp32(rbp, slots(e.frame).count), 0);
  e.a.jcc(Cond::e, nothing_spent);
  e.a.mov(rcx, at_disp32(rbp, below_stack(e.frame, 1)));
  e.a.bind(nothing_spent);
});
std::uint32_t bytes_checked(const jit::Frame& frame) {
  return frame_bytes(frame, frame.reaches_tail_call ? 1 : 0);
}

}  // namespace

std::vector<Scheme> back_propagate_family() {
  return {
      back_propagate(
          {.name = "back-propagate-poked",
           .arch = {},
           .summary = "by value down, handed back in rcx by every program that may be in a prog_array; "
                      "emitted as poked, as rcx is not read where a program is entered from outside",
           .source = "mail 20231011152725.95895-3, answer of 6 December 2023, possible way 1",
           .meant_sound = true},
          {slot_poked, hand_back_poked, bytes_poked}),
      back_propagate(
          {.name = "back-propagate-checked",
           .arch = {},
           .summary = "by value down, handed back in rcx by a program with tail calls whose count is not 0; "
                      "the caller cannot know whether rcx was set",
           .source = "mail 20231011152725.95895-3, answer of 6 December 2023, possible way 2"},
          {slot_checked, hand_back_checked, bytes_checked}),
  };
}

}  // namespace tailbound::x86_64

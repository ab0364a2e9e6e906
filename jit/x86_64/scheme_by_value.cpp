// By value: every frame has its own copy of the count, which is lost when the function returns.
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

/// The count is the high half of the quadword below the BPF stack.
jit::CountSlots slots(const jit::Frame& frame) { return {.count = below_stack(frame, 1) + 4, .pointer = 0}; }

std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, frame.reaches_tail_call ? 1 : 0); }

/// Pads of 5, seed of 2, `push rbp; mov rbp, rsp` of 4.
std::uint32_t landing(const jit::Options& options) { return options.ibt ? 15 : 11; }

constexpr Step seed_count = named("seed count", [](Emitter& e) {
  if (seeds_count(e)) e.a.alu(Group1::bit_xor, eax, eax);
  else e.a.nop2();
});

constexpr Step count_slot = named("count slot", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.push(rax);
});

constexpr Step reload_count = named("reload count", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, below_stack(e.frame, 1)));
});

/// Before ff672c67ee76: the slot lies below the rounded stack, the reload reads below the unrounded one.
constexpr Step reload_unrounded = named("reload count", [](Emitter& e) {
  if (e.frame.reaches_tail_call)
    e.a.mov(rax, at_disp32(rbp, -static_cast<std::int32_t>(e.frame.stack_depth) - 8));
});

void load_count(Emitter& e) { e.a.mov(eax, at_disp32(rbp, slots(e.frame).count)); }

constexpr Step check_count = named("check count", [](Emitter& e) {
  load_count(e);
  e.a.alu_imm8(Group1::cmp, eax, count_limit);
  e.a.jcc(Cond::ae, e.site.out);
});

/// Before ebf7f6f0a6cd: refused above 32, so 33 succeed as well.
constexpr Step check_count_above_32 = named("check count", [](Emitter& e) {
  load_count(e);
  e.a.alu_imm8(Group1::cmp, eax, count_limit - 1);
  e.a.jcc(Cond::a, e.site.out);
});

/// Before the slot is looked at, so an empty one costs too.
constexpr Step charge_count = named("charge", [](Emitter& e) {
  e.a.alu_imm8(Group1::add, eax, 1);
  e.a.mov(at_disp32(rbp, slots(e.frame).count), eax);
});

constexpr Step pop_count = named("pop count", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.pop(rax);
});

Scheme by_value(jit::SchemeIdentity identity, const Step& check, const Step& reload) {
  identity.arch = "x86_64";
  identity.profile = &bpf::profile_linux_6_1();
  return {
      .identity = identity,
      .prologue = {step::landing_pad, step::fentry_pad, seed_count, step::frame_pointer, step::landing_pad,
                   step::stack, count_slot, step::save_registers},
      .call_site = {reload},
      .after_call = {},
      .helper_site = {reload},
      .tail_call_direct = {check, charge_count, step::bypass, step::restore_registers, pop_count,
                           step::free_stack, step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check, charge_count, step::load_target,
                             step::check_null, step::restore_registers, pop_count, step::free_stack,
                             step::load_entry, step::jump},
      .epilogue = step::plain_epilogue(),
      .trampoline = {},
      .landing = landing,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = slots,
  };
}

}  // namespace

std::vector<Scheme> by_value_family() {
  return {
      by_value({.name = "by-value",
                .arch = {},
                .summary = "every frame holds its own copy of the count, lost when the function returns",
                .source = "ebf7d1f508a7, e411901c0b77; kernels 5.19 to 6.11, here as in 6.1",
                .by_value = true,
                .nests_within_limit = true},
               check_count, reload_count),
      by_value(
          {.name = "by-value-5.17",
           .arch = {},
           .summary = "by value, and a call takes its copy from below the unrounded stack: where the depth is "
                      "no multiple of 8 the callee's count is what earlier frames left there",
           .source = "before ff672c67ee76; kernels 5.17 and 5.18"},
          check_count, reload_unrounded),
      by_value({.name = "by-value-5.15",
                .arch = {},
                .summary = "by value, with the limit tested as 'above 32'",
                .source = "before ebf7f6f0a6cd, with the backport of ff672c67ee76; kernels 5.10 and 5.15, late",
                .by_value = true},
               check_count_above_32, reload_count),
      by_value({.name = "by-value-5.10",
                .arch = {},
                .summary = "as by-value-5.17, with the limit tested as 'above 32'",
                .source = "ebf7d1f508a7, e411901c0b77; kernels 5.10 to 5.16"},
               check_count_above_32, reload_unrounded),
  };
}

}  // namespace tailbound::x86_64

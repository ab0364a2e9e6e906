// The first draft: count and pointer travel together, the pointer just above the count in the frame. The thread
// gives only this layout, so there are two reconstructions. rax carries the count, r10 (no BPF register) the
// pointer.
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

jit::CountSlots slots(const jit::Frame& frame) {
  return {.count = below_stack(frame, 2), .pointer = below_stack(frame, 1)};
}

std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, frame.reaches_tail_call ? 2 : 0); }

// --- as both have it ---

constexpr Step reload_both = named("reload both", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.mov(r10, at_disp32(rbp, slots(e.frame).pointer));
  e.a.mov(rax, at_disp32(rbp, slots(e.frame).count));
});

constexpr Step check_count = named("check count", [](Emitter& e) {
  e.a.mov(rax, at_disp32(rbp, slots(e.frame).pointer));
  e.a.alu32_imm8(Group1::cmp, at(rax), count_limit);
  e.a.jcc(Cond::ae, e.site.out);
});
constexpr Step charge_count = named("charge", [](Emitter& e) { e.a.alu32_imm8(Group1::add, at(rax), 1); });

/// What differs: how the pair begins, how a frame stores it, how a tail call hands it on.
struct Variant {
  Step seed;
  Step store;
  Step unwind;
  std::uint32_t (*landing)(const jit::Options&);
};

Scheme value_and_pointer(jit::SchemeIdentity identity, const Variant& v) {
  identity.arch = "x86_64";
  identity.profile = &bpf::profile_linux_6_1();
  return {
      .identity = identity,
      .prologue = {step::landing_pad, step::fentry_pad, v.seed, step::frame_pointer, step::landing_pad,
                   step::stack, v.store, step::save_registers},
      .call_site = {reload_both},
      .after_call = {},
      .helper_site = {reload_both},
      .tail_call_direct = {check_count, charge_count, step::bypass, step::restore_registers, v.unwind,
                           step::free_stack, step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check_count, charge_count,
                             step::load_target, step::check_null, step::restore_registers, v.unwind,
                             step::free_stack, step::load_entry, step::jump},
      .epilogue = step::plain_epilogue(),
      .trampoline = {},
      .landing = v.landing,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = slots,
  };
}

// --- kept: the pointer made at the entry is handed on for good ---

constexpr std::uint32_t kept_seed_size = 10;

/// The address that this main's own count will have: below the return address lie rbp, the stack and the
/// pointer.
constexpr Step seed_kept = named("seed both", [](Emitter& e) {
  if (!seeds_count(e)) {
    e.a.nops(kept_seed_size);
    return;
  }
  e.a.alu(Group1::bit_xor, eax, eax);
  e.a.lea(r10, at_disp32(rsp, slots(e.frame).count - 8));
});

constexpr Step store_kept = named("store both", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.push(r10);
  e.a.push(rax);
});

constexpr Step unwind_kept = named("pop both", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.pop(rax);
  e.a.pop(r10);
});

std::uint32_t landing_kept(const jit::Options& options) { return options.ibt ? 23 : 19; }

// --- remade: every main counts in its own frame, from the count that it was handed ---

constexpr Step seed_remade = named("seed count", [](Emitter& e) {
  if (seeds_count(e)) e.a.alu(Group1::bit_xor, eax, eax);
  else e.a.nop2();
});

constexpr Step store_remade = named("store both", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  if (e.frame.is_main) e.a.lea(r10, at_disp32(rsp, -16));
  e.a.push(r10);
  e.a.push(rax);
});

constexpr Step unwind_remade = named("take count, drop both", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.mov(eax, at(rax));
  e.a.alu_imm8(Group1::add, rsp, 16);
});

std::uint32_t landing_remade(const jit::Options& options) { return options.ibt ? 15 : 11; }

}  // namespace

std::vector<Scheme> value_and_pointer_family() {
  return {
      value_and_pointer(
          {.name = "value-and-pointer-kept",
           .arch = {},
           .summary = "count and pointer travel together and the entry's pointer is handed on for good: "
                      "it points into a frame that a tail call of the entered main has replaced",
           .source = "mail 20231011152725.95895-3, answer of 6 December 2023; a reconstruction",
           .wild = true},
          {seed_kept, store_kept, unwind_kept, landing_kept}),
      value_and_pointer(
          {.name = "value-and-pointer-remade",
           .arch = {},
           .summary = "count and pointer travel together and every main makes the pointer anew to its own "
                      "copy: what a tail-called main spends is lost when it returns",
           .source = "mail 20231011152725.95895-3, answer of 6 December 2023; a reconstruction"},
          {seed_remade, store_remade, unwind_remade, landing_remade}),
  };
}

}  // namespace tailbound::x86_64

// By pointer: one cell in the entry frame, its address in every other frame.
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

/// Two quadwords: the count (or a copy of the pointer), then the pointer.
jit::CountSlots slots(const jit::Frame& frame) {
  return {.count = below_stack(frame, 1), .pointer = below_stack(frame, 2)};
}

std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, frame.reaches_tail_call ? 2 : 0); }

/// Pads of 5, seed of 3, `push rbp; mov rbp, rsp` of 4.
std::uint32_t landing(const jit::Options& options) { return options.ibt ? 16 : 12; }

/// The count starts at 0 where a main is entered from outside; a tail call lands behind this.
constexpr Step seed_count = named("seed count", [](Emitter& e) {
  if (seeds_count(e)) e.a.alu(Group1::bit_xor, rax, rax);
  else e.a.nop3();
});

/// rax is the count (at most 33: fresh, or handed on by a main) or a pointer to it (handed on by a subprogram).
/// A main with a count makes the cell in its own frame.
constexpr Step cell_and_pointer = named("count cell and pointer", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  if (!e.frame.is_main) {
    e.a.push(rax);
    e.a.push(rax);
    return;
  }
  ShortLabel pointer;
  ShortLabel joined;
  e.a.alu_imm8(Group1::cmp, rax, count_limit);
  e.a.jcc(Cond::a, pointer);
  e.a.push(rax);
  e.a.mov(rax, rsp);
  e.a.jmp(joined);
  e.a.bind(pointer);
  e.a.push(rax);
  e.a.bind(joined);
  e.a.push(rax);
});

constexpr Step reload_pointer = named("reload pointer", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, slots(e.frame).pointer));
});

constexpr Step check_count = named("check count", [](Emitter& e) {
  e.a.mov(rax, at_disp32(rbp, slots(e.frame).pointer));
  step::compare_cell(e);
});

/// The second pop leaves the count where this main made the cell, else the pointer.
constexpr Step pop_pointer_and_cell = named("pop pointer and cell", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.pop(rax);
  e.a.pop(rax);
});

Scheme pointer(jit::SchemeIdentity identity, Steps helper_site) {
  identity.arch = "x86_64";
  identity.profile = &bpf::profile_linux();
  identity.meant_sound = true;
  identity.nests_within_limit = true;
  return {
      .identity = identity,
      .prologue = {step::landing_pad, step::fentry_pad, seed_count, step::frame_pointer, step::landing_pad,
                   step::stack, cell_and_pointer, step::save_registers},
      .call_site = {reload_pointer},
      .after_call = {},
      .helper_site = std::move(helper_site),
      .tail_call_direct = {check_count, step::bypass, step::charge_cell, step::restore_registers,
                           pop_pointer_and_cell, step::free_stack, step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check_count, step::load_target,
                             step::check_null, step::charge_cell, step::restore_registers, pop_pointer_and_cell,
                             step::free_stack, step::load_entry, step::jump},
      .epilogue = step::plain_epilogue(),
      .trampoline = {},
      .landing = landing,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = slots,
  };
}

}  // namespace

std::vector<Scheme> pointer_family() {
  return {
      pointer(
          {.name = "pointer",
           .arch = {},
           .summary = "one cell in the entry frame, every other frame holds a pointer to it; the pointer is "
                      "reloaded before calls of subprograms and helpers",
           .source = "116e04ba1459; kernel 6.12"},
          {reload_pointer}),
      pointer({.name = "pointer-6.18",
               .arch = {},
               .summary = "as pointer, but reloaded before calls of subprograms only",
               .source = "a1087da9d11e; kernel 6.18"},
              {}),
  };
}

}  // namespace tailbound::x86_64

// Faults of how a frame is left: by a tail call, or by its epilogue.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

constexpr Step restore_in_push_order = named("restore registers", [](Emitter& e) {
  for (unsigned i = 0; i < saved_register.size(); ++i) {
    if ((e.frame.saved_registers & (1U << i)) != 0) e.a.pop(saved_register[i]);
  }
});
/// What is popped last, r6, stays as the function left it.
constexpr Step restore_but_r6 = named("restore registers", [](Emitter& e) {
  const std::uint8_t all = e.frame.saved_registers;
  e.frame.saved_registers = all & 14;
  e.pop_saved();
  e.frame.saved_registers = all;
});

constexpr Step pop_in_mains = named("pop pointer and cell", [](Emitter& e) {
  if (e.frame.reaches_tail_call && e.frame.is_main) {
    e.a.pop(rax);
    e.a.pop(rax);
  }
});
constexpr Step pop_once = named("pop pointer and cell", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.pop(rax);
});
/// rax stays what was popped first: the pointer, also where this main made the cell.
constexpr Step pop_pointer_drop_cell = named("pop pointer and cell", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.pop(rax);
  e.a.alu_imm8(Group1::add, rsp, 8);
});

constexpr Step free_unrounded = named("free stack", [](Emitter& e) {
  const auto size = static_cast<std::int32_t>(e.frame.stack_depth);
  if (size != 0) e.a.alu_imm32(Group1::add, rsp, size);
});
constexpr Step free_at_most_8 = named("free stack", [](Emitter& e) {
  if (e.frame.rounded_stack() != 0) e.a.alu_imm32(Group1::add, rsp, 8);
});
constexpr Step clear_r1 =
    named("clobber", [](Emitter& e) { e.a.alu(Group1::bit_xor, R32{Gp::rdi}, R32{Gp::rdi}); });

constexpr Step pop_rbp = named("leave", [](Emitter& e) { e.a.pop(rbp); });
constexpr Step hand_back_in_subprograms = named("hand count back", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rcx, at_disp32(rbp, below_stack(e.frame, 1)));
});
constexpr Step hand_back_in_mains = named("hand count back", [](Emitter& e) {
  if (e.frame.is_main) e.a.mov(rcx, at_disp32(rbp, below_stack(e.frame, 1)));
});

void add(std::vector<Fault>& faults, std::string name, std::string bug, std::string base, std::string summary,
         std::string_view place, std::string_view step, x86_64::Scheme::Steps wrong, std::string caught_by) {
  Change change = swap_step(base, place, step, std::move(wrong));
  faults.push_back({.name = std::move(name),
                    .bug = std::move(bug),
                    .base = std::move(base),
                    .summary = std::move(summary),
                    .change = std::move(change),
                    .caught_by = std::move(caught_by)});
}

void add_register_faults(std::vector<Fault>& faults) {
  for (const std::string place : {"direct", "indirect", "epilogue"}) {
    add(faults, "registers-popped-in-push-order-" + place, {}, "pointer",
        "callee-saved registers are popped in the order in which they were pushed", place, "restore registers",
        {restore_in_push_order}, "frame");
  }
  add(faults, "r6-not-restored-epilogue", {}, "pointer", "rbx is not popped; leave hides it", "epilogue",
      "restore registers", {restore_but_r6}, "frame");
  add(faults, "r6-not-restored-direct", {}, "pointer", "rbx is not popped before a direct tail call", "direct",
      "restore registers", {restore_but_r6}, "stack");
}

void add_tail_call_faults(std::vector<Fault>& faults) {
  const std::string p = "pointer";
  add(faults, "subprogram-keeps-its-slots", {}, p, "a subprogram does not pop its two slots before a tail call",
      "direct", "pop pointer and cell", {pop_in_mains}, "fault");
  add(faults, "one-slot-popped", {}, p, "one of the two slots is popped", "indirect", "pop pointer and cell",
      {pop_once}, "stack");
  add(faults, "pointer-into-a-left-frame", {}, p,
      "a main hands on the pointer to its cell, which lies in the frame that it leaves", "direct",
      "pop pointer and cell", {pop_pointer_drop_cell}, "count");
  add(faults, "stack-freed-unrounded", "B1", p, "rsp goes up by the stack depth, and down by the rounded one",
      "direct", "free stack", {free_unrounded}, "fault");
  add(faults, "stack-freed-in-part", "B1", p, "an indirect tail call frees 8 bytes of stack, whatever there is",
      "indirect", "free stack", {free_at_most_8}, "fault");
  add(faults, "context-lost-direct", "B8", p, "rdi, the context, is clobbered before a direct tail call",
      "direct", "free stack", {step::free_stack, clear_r1}, "fault");
  add(faults, "context-lost-indirect", "B8", p, "rdi, the context, is clobbered before an indirect tail call",
      "indirect", "free stack", {step::free_stack, clear_r1}, "fault");
}

void add_epilogue_faults(std::vector<Fault>& faults) {
  add(faults, "slots-popped-into-the-return-value", {}, "pointer",
      "the epilogue pops the slots into rax, which is r0", "epilogue", "restore registers",
      {step::restore_registers, original("pointer", "direct", "pop pointer and cell")}, "return-value");
  add(faults, "frame-pointer-popped-from-the-wrong-place", {}, "pointer",
      "the epilogue pops rbp without taking rsp back to it", "epilogue", "leave", {pop_rbp}, "fault");
  const std::string b = "back-propagate-poked";
  add(faults, "mains-without-tail-calls-hand-nothing-back", "A4", b,
      "a main that reaches no tail call leaves in rcx what it used it for", "epilogue", "hand count back",
      {hand_back_in_subprograms}, "count");
  add(faults, "subprograms-hand-nothing-back", "A4", b, "a subprogram leaves in rcx what it used it for",
      "epilogue", "hand count back", {hand_back_in_mains}, "count");
}

}  // namespace

void add_leaving_faults(std::vector<Fault>& faults) {
  add_register_faults(faults);
  add_tail_call_faults(faults);
  add_epilogue_faults(faults);
}

}  // namespace tailbound::planted

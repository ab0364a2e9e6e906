// Prologue, call-site and epilogue steps.
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

void Emitter::push_saved() {
  for (unsigned i = 0; i < saved_register.size(); ++i) {
    if ((frame.saved_registers & (1U << i)) != 0) a.push(saved_register[i]);
  }
}

void Emitter::pop_saved() {
  for (unsigned i = saved_register.size(); i-- > 0;) {
    if ((frame.saved_registers & (1U << i)) != 0) a.pop(saved_register[i]);
  }
}

void Emitter::jump_indirect(R64 reg) {
  if (options.retpolines) {
    relocate(jit::Relocation::Kind::thunk, a.jmp_rel32(), static_cast<std::uint32_t>(reg.reg));
    return;
  }
  a.jmp(reg);
  if (options.int3_after_ret) a.int3();
}

namespace step {

namespace {
void landing_pad(Emitter& e) {
  if (e.options.ibt) e.a.endbr64();
}
/// Five bytes that a trampoline's call may replace.
void fentry_pad(Emitter& e) { e.a.nop5(); }

/// The count starts at 0 where a main is entered from outside; a tail call lands behind this.
void seed_count32(Emitter& e) {
  if (e.frame.reaches_tail_call && e.frame.is_main) e.a.alu(Group1::bit_xor, eax, eax);
  else e.a.nop2();
}
void seed_count64(Emitter& e) {
  if (e.frame.reaches_tail_call && e.frame.is_main) e.a.alu(Group1::bit_xor, rax, rax);
  else e.a.nop3();
}

void frame_pointer(Emitter& e) {
  e.a.push(rbp);
  e.a.mov(rbp, rsp);
}
void stack(Emitter& e) {
  const auto size = static_cast<std::int32_t>(e.frame.rounded_stack());
  if (size != 0) e.a.alu_imm32(Group1::sub, rsp, size);
}
void save_registers(Emitter& e) { e.push_saved(); }

/// The count itself, as a quadword whose high half is used.
void count_slot(Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.push(rax);
}

/// rax is the count (at most 33: fresh, or handed on by a main) or a pointer to it (handed on by a subprogram).
/// A main with a count makes the cell in its own frame.
void count_cell_and_pointer(Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  if (!e.frame.is_main) {
    e.a.push(rax);
    e.a.push(rax);
    return;
  }
  ShortLabel pointer;
  ShortLabel joined;
  e.a.alu_imm8(Group1::cmp, rax, static_cast<std::int8_t>(bpf::max_tail_call_cnt));
  e.a.jcc(Cond::a, pointer);
  e.a.push(rax);
  e.a.mov(rax, rsp);
  e.a.jmp(joined);
  e.a.bind(pointer);
  e.a.push(rax);
  e.a.bind(joined);
  e.a.push(rax);
}

void reload_count(Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, by_value_slots(e.frame).count - 4));
}
void reload_pointer(Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, pointer_slots(e.frame).pointer));
}

void restore_registers(Emitter& e) { e.pop_saved(); }
void leave_frame(Emitter& e) { e.a.leave(); }
void return_to_caller(Emitter& e) {
  if (e.options.return_thunks) {
    e.relocate(jit::Relocation::Kind::return_thunk, e.a.jmp_rel32(), 0);
    return;
  }
  e.a.ret();
  if (e.options.int3_after_ret) e.a.int3();
}
}  // namespace

std::vector<Step> by_value_prologue() {
  return {{"landing pad", landing_pad}, {"fentry pad", fentry_pad},     {"seed count", seed_count32},
          {"frame pointer", frame_pointer}, {"landing pad", landing_pad}, {"stack", stack},
          {"count slot", count_slot},   {"save registers", save_registers}};
}

std::vector<Step> pointer_prologue() {
  return {{"landing pad", landing_pad}, {"fentry pad", fentry_pad},     {"seed count", seed_count64},
          {"frame pointer", frame_pointer}, {"landing pad", landing_pad}, {"stack", stack},
          {"count cell and pointer", count_cell_and_pointer}, {"save registers", save_registers}};
}

std::vector<Step> by_value_call_site() { return {{"reload count", reload_count}}; }
std::vector<Step> pointer_call_site() { return {{"reload pointer", reload_pointer}}; }

std::vector<Step> epilogue() {
  return {{"restore registers", restore_registers}, {"leave", leave_frame}, {"return", return_to_caller}};
}

}  // namespace step

}  // namespace tailbound::x86_64

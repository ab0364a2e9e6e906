// Tail-call sites, step by step. r2 (rsi) is the prog_array, r3 (rdx) the index.
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64::step {

namespace {

constexpr auto limit = static_cast<std::int8_t>(bpf::max_tail_call_cnt);

void zero_extend_index(Emitter& e) { e.a.mov(edx, edx); }

/// 32 bits wide: what lies behind max_entries must not take part.
void check_index(Emitter& e) {
  e.a.alu(Group1::cmp, at(rsi, e.options.max_entries), edx);
  e.a.jcc(Cond::be, e.site.out);
}

void check_count(Emitter& e) {
  e.a.mov(eax, at_disp32(rbp, by_value_slots(e.frame).count));
  e.a.alu_imm8(Group1::cmp, eax, limit);
  e.a.jcc(Cond::ae, e.site.out);
}
/// Before the slot is looked at, so an empty one costs too.
void charge_count(Emitter& e) {
  e.a.alu_imm8(Group1::add, eax, 1);
  e.a.mov(at_disp32(rbp, by_value_slots(e.frame).count), eax);
}

void check_count_by_pointer(Emitter& e) {
  e.a.mov(rax, at_disp32(rbp, pointer_slots(e.frame).pointer));
  e.a.alu_imm8(Group1::cmp, at(rax), limit);
  e.a.jcc(Cond::ae, e.site.out);
}
void charge_by_pointer(Emitter& e) { e.a.alu_imm8(Group1::add, at(rax), 1); }

void load_target(Emitter& e) {
  e.a.mov(rcx, at_index8_disp32(rsi, rdx, static_cast<std::int32_t>(e.options.ptrs)));
}
void check_null(Emitter& e) {
  e.a.test(rcx, rcx);
  e.a.jcc(Cond::e, e.site.out);
}

/// A jump to `out` while the slot is empty, a nop while it is filled.
void bypass(Emitter& e) {
  e.site.bypass = e.a.here();
  e.site.bypass_field = e.a.jmp_rel32();
}

void restore_registers(Emitter& e) { e.pop_saved(); }
void pop_count(Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.pop(rax);
}
/// The second pop leaves the count where this main made the cell, else the pointer.
void pop_pointer_and_cell(Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  e.a.pop(rax);
  e.a.pop(rax);
}
void free_stack(Emitter& e) {
  const auto size = static_cast<std::int32_t>(e.frame.rounded_stack());
  if (size != 0) e.a.alu_imm32(Group1::add, rsp, size);
}

void load_entry(Emitter& e) {
  e.a.mov(rcx, at(rcx, e.options.bpf_func));
  e.a.alu_imm8(Group1::add, rcx, static_cast<std::int8_t>(e.site.landing));
}
void jump(Emitter& e) { e.jump_indirect(rcx); }

/// A nop while the slot is empty, a jump behind the target's seed while it is filled.
void target(Emitter& e) {
  e.site.target = e.a.here();
  e.a.nop5();
}

}  // namespace

std::vector<Step> by_value_direct() {
  return {{"check count", check_count}, {"charge", charge_count}, {"bypass", bypass},
          {"restore registers", restore_registers}, {"pop count", pop_count}, {"free stack", free_stack},
          {"target", target}};
}

std::vector<Step> by_value_indirect() {
  return {{"zero-extend index", zero_extend_index}, {"check index", check_index}, {"check count", check_count},
          {"charge", charge_count}, {"load target", load_target}, {"check null", check_null},
          {"restore registers", restore_registers}, {"pop count", pop_count}, {"free stack", free_stack},
          {"load entry", load_entry}, {"jump", jump}};
}

std::vector<Step> pointer_direct() {
  return {{"check count", check_count_by_pointer}, {"bypass", bypass}, {"charge", charge_by_pointer},
          {"restore registers", restore_registers}, {"pop pointer and cell", pop_pointer_and_cell},
          {"free stack", free_stack}, {"target", target}};
}

std::vector<Step> pointer_indirect() {
  return {{"zero-extend index", zero_extend_index}, {"check index", check_index},
          {"check count", check_count_by_pointer}, {"load target", load_target}, {"check null", check_null},
          {"charge", charge_by_pointer}, {"restore registers", restore_registers},
          {"pop pointer and cell", pop_pointer_and_cell}, {"free stack", free_stack}, {"load entry", load_entry},
          {"jump", jump}};
}

}  // namespace tailbound::x86_64::step

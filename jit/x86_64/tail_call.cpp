// Steps of tail-call sites that schemes share.
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64::step {

constinit const Step zero_extend_index = named("zero-extend index", [](Emitter& e) { e.a.mov(edx, edx); });

/// 32 bits wide: what lies behind max_entries must not take part.
constinit const Step check_index = named("check index", [](Emitter& e) {
  e.a.alu(Group1::cmp, at(rsi, e.options.max_entries), edx);
  e.a.jcc(Cond::be, e.site.out);
});

constinit const Step load_target = named("load target", [](Emitter& e) {
  e.a.mov(rcx, at_index8_disp32(rsi, rdx, static_cast<std::int32_t>(e.options.ptrs)));
});

constinit const Step check_null = named("check null", [](Emitter& e) {
  e.a.test(rcx, rcx);
  e.a.jcc(Cond::e, e.site.out);
});

/// A jump to `out` while the slot is empty, a nop while it is filled.
constinit const Step bypass = named("bypass", [](Emitter& e) {
  e.site.bypass = e.a.here();
  e.site.bypass_field = e.a.jmp_rel32();
});

void compare_cell(Emitter& e) {
  e.a.alu_imm8(Group1::cmp, at(rax), count_limit);
  e.a.jcc(Cond::ae, e.site.out);
}
constinit const Step charge_cell = named("charge", [](Emitter& e) { e.a.alu_imm8(Group1::add, at(rax), 1); });

constinit const Step restore_registers = named("restore registers", [](Emitter& e) { e.pop_saved(); });

constinit const Step free_stack = named("free stack", [](Emitter& e) {
  const auto size = static_cast<std::int32_t>(e.frame.rounded_stack());
  if (size != 0) e.a.alu_imm32(Group1::add, rsp, size);
});

constinit const Step load_entry = named("load entry", [](Emitter& e) {
  e.a.mov(rcx, at(rcx, e.options.bpf_func));
  e.a.alu_imm8(Group1::add, rcx, static_cast<std::int8_t>(e.site.landing));
});
constinit const Step jump = named("jump", [](Emitter& e) { e.jump_indirect(rcx); });

/// A nop while the slot is empty, a jump behind the target's seed while it is filled.
constinit const Step target = named("target", [](Emitter& e) {
  e.site.target = e.a.here();
  e.a.nop5();
});

}  // namespace tailbound::x86_64::step

// Prologue and epilogue steps that schemes share.
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

constinit const Step landing_pad = named("landing pad", [](Emitter& e) {
  if (e.options.ibt) e.a.endbr64();
});

/// Five bytes that a trampoline's call may replace.
constinit const Step fentry_pad = named("fentry pad", [](Emitter& e) { e.a.nop5(); });

constinit const Step frame_pointer = named("frame pointer", [](Emitter& e) {
  e.a.push(rbp);
  e.a.mov(rbp, rsp);
});

constinit const Step stack = named("stack", [](Emitter& e) {
  const auto size = static_cast<std::int32_t>(e.frame.rounded_stack());
  if (size != 0) e.a.alu_imm32(Group1::sub, rsp, size);
});

constinit const Step save_registers = named("save registers", [](Emitter& e) { e.push_saved(); });
constinit const Step leave = named("leave", [](Emitter& e) { e.a.leave(); });

constinit const Step return_to_caller = named("return", [](Emitter& e) {
  if (e.options.return_thunks) {
    e.relocate(jit::Relocation::Kind::return_thunk, e.a.jmp_rel32(), 0);
    return;
  }
  e.a.ret();
  if (e.options.int3_after_ret) e.a.int3();
});

Steps plain_epilogue() { return {restore_registers, leave, return_to_caller}; }

}  // namespace step
}  // namespace tailbound::x86_64

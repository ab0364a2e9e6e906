// Prologue and epilogue steps that schemes share.
#include <array>

#include "jit/arm64/steps.hpp"

namespace tailbound::arm64 {

namespace {

/// The registers of Emitter::push_used, in order; `count` of them.
struct Used {
  std::array<X, saved_register.size() + 2> registers = {xzr, xzr, xzr, xzr, xzr, xzr};
  unsigned count = 0;

  explicit Used(const jit::Frame& frame) {
    for (unsigned i = 0; i < saved_register.size(); ++i) {
      if ((frame.saved_registers & (1U << i)) != 0) registers[count++] = saved_register[i];
    }
    if (frame.uses_r10) registers[count++] = x25;
  }
};

}  // namespace

void Emitter::push_used() {
  const Used used(frame);
  for (unsigned i = 0; i < used.count; i += 2) a.push(used.registers[i], used.registers[i + 1]);
}

void Emitter::pop_used() {
  const Used used(frame);
  for (unsigned i = (used.count + 1) / 2 * 2; i > 0; i -= 2)
    a.pop(used.registers[i - 2], used.registers[i - 1]);
}

std::uint32_t Emitter::stack_bytes(const jit::Frame& frame) { return arm64::stack_bytes(frame); }

auto Emitter::saved_bytes(Lowering lowering) -> std::uint32_t (*)(const jit::Frame&) {
  switch (lowering.stack) {
    case Lowering::Stack::from_sp: return [](const jit::Frame& frame) { return 16 * used_pairs(frame); };
    case Lowering::Stack::from_bottom: break;
  }
  return [](const jit::Frame&) { return 32U; };
}

namespace step {

/// For bl, blr and br alike.
constinit const Step landing_pad = named("landing pad", [](Emitter& e) {
  if (e.options.bti) e.a.bti_jc();
});

/// A trampoline called from the fentry pad finds the caller's return address in x9.
constinit const Step keep_return_address = named("keep return address", [](Emitter& e) { e.move(x9, x30); });

/// A word that a trampoline's call may replace.
constinit const Step fentry_pad = named("fentry pad", [](Emitter& e) { e.a.nop(); });

constinit const Step sign_return_address = named("sign return address", [](Emitter& e) {
  if (e.options.pac) e.a.paciasp();
});

constinit const Step frame_record = named("frame record", [](Emitter& e) {
  e.a.push(x29, x30);
  e.move(x29, sp);
});

/// r6 … r9, whether used or not.
constinit const Step save_all_registers = named("save registers", [](Emitter& e) {
  e.a.push(x19, x20);
  e.a.push(x21, x22);
});

constinit const Step frame_pointer = named("frame pointer", [](Emitter& e) { e.move(x25, sp); });

/// Where a tail call lands, which is by br.
constinit const Step tail_call_pad = named("tail-call pad", [](Emitter& e) {
  if (e.options.bti && e.frame.is_main) e.a.bti_j();
});

constinit const Step frame_bottom =
    named("frame bottom", [](Emitter& e) { e.a.sub(x27, x25, Imm12(e.bottom)); });

constinit const Step stack = named("stack", [](Emitter& e) { e.a.sub(sp, sp, Imm12(stack_bytes(e.frame))); });

constinit const Step restore_all_registers = named("restore registers", [](Emitter& e) {
  e.a.pop(x21, x22);
  e.a.pop(x19, x20);
});

constinit const Step drop_frame_record = named("drop frame record", [](Emitter& e) { e.a.pop(x29, x30); });
constinit const Step result = named("result", [](Emitter& e) { e.move(x0, x7); });

constinit const Step authenticate_return = named("authenticate return", [](Emitter& e) {
  if (e.options.pac) e.a.autiasp();
});

constinit const Step return_to_caller = named("return", [](Emitter& e) { e.a.ret(); });

/// Where the fentry pad's call goes to reach a trampoline far away: the address is the quadword behind it,
/// aligned.
constinit const Step trampoline_stub = named("trampoline stub", [](Emitter& e) {
  constexpr std::uint32_t quadword = 8;
  if (e.a.here() % quadword != 0) e.a.nop();
  e.a.ldr_literal(scratch, quadword);
  e.a.br(scratch);
  e.a.data(0);
  e.data_bytes = quadword;
});

}  // namespace step
}  // namespace tailbound::arm64

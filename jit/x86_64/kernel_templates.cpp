#include "jit/x86_64/kernel_templates.hpp"

namespace tailbound::x86_64::kernel {

namespace {

void move(Assembler& a, bool wide, Gp dst, Gp src) {
  if (!wide) a.mov(R32{dst}, R32{src});
  else if (dst != src) a.mov(R64{dst}, R64{src});
}

void save(Assembler& a, Gp dst) {
  if (dst != Gp::rax) a.push(rax);
  if (dst != Gp::rdx) a.push(rdx);
}

void restore(Assembler& a, Gp dst) {
  if (dst != Gp::rdx) a.pop(rdx);
  if (dst != Gp::rax) a.pop(rax);
}

/// Dividend in `dst`, which gets the result.
void divide_by(Assembler& a, Division what, Gp dst, Gp divisor) {
  if (dst != Gp::rax) move(a, what.wide, Gp::rax, dst);
  if (what.is_signed) {
    what.wide ? a.cqo() : a.cdq();
    what.wide ? a.idiv(R64{divisor}) : a.idiv(R32{divisor});
  } else {
    a.alu(Group1::bit_xor, edx, edx);
    what.wide ? a.div(R64{divisor}) : a.div(R32{divisor});
  }
  const Gp result = what.remainder ? Gp::rdx : Gp::rax;
  if (dst != result) move(a, what.wide, dst, result);
}

}  // namespace

void emit_divide(Assembler& a, Division what, Gp dst, Gp src) {
  save(a, dst);
  const bool in_the_way = src == Gp::rax || src == Gp::rdx;
  if (in_the_way) a.mov(r11, R64{src});
  divide_by(a, what, dst, in_the_way ? Gp::r11 : src);
  restore(a, dst);
}

void emit_divide(Assembler& a, Division what, Gp dst, std::int32_t imm) {
  save(a, dst);
  a.mov_simm32(Gp::r11, imm);
  divide_by(a, what, dst, Gp::r11);
  restore(a, dst);
}

void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, Gp count, jit::Options::Shifts form) {
  using Shifts = jit::Options::Shifts;
  const bool into_rcx = count != Gp::rcx;
  if (form == Shifts::bmi2 && into_rcx) {
    wide ? a.shift_by(what, R64{dst}, R64{dst}, R64{count}) : a.shift_by(what, R32{dst}, R32{dst}, R32{count});
    return;
  }
  const bool aside = dst == Gp::rcx && (into_rcx || form == Shifts::pushed);  // rcx itself is shifted, in r11
  const bool pushes = into_rcx && (!aside || form == Shifts::pushed);
  const Gp shifted = aside ? Gp::r11 : dst;
  if (aside) a.mov(r11, rcx);
  if (pushes) a.push(rcx);
  if (into_rcx) move(a, true, Gp::rcx, count);
  wide ? a.shift_cl(what, R64{shifted}) : a.shift_cl(what, R32{shifted});
  if (pushes) a.pop(rcx);
  if (aside) a.mov(rcx, r11);
}

}  // namespace tailbound::x86_64::kernel

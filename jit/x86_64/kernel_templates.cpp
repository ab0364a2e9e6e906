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

void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, Gp count, bool bmi2) {
  const auto by_cl = [&](Gp reg) { wide ? a.shift_cl(what, R64{reg}) : a.shift_cl(what, R32{reg}); };
  if (count == Gp::rcx) return by_cl(dst);
  if (bmi2) {
    wide ? a.shift_by(what, R64{dst}, R64{dst}, R64{count}) : a.shift_by(what, R32{dst}, R32{dst}, R32{count});
    return;
  }
  const bool in_the_way = dst == Gp::rcx;
  if (in_the_way) a.mov(r11, rcx);
  else a.push(rcx);
  move(a, true, Gp::rcx, count);
  by_cl(in_the_way ? Gp::r11 : dst);
  if (in_the_way) a.mov(rcx, r11);
  else a.pop(rcx);
}

}  // namespace tailbound::x86_64::kernel

#include "jit/x86_64/arithmetic.hpp"

#include <utility>

namespace tailbound::x86_64 {

namespace {

Group1 group1(bpf::AluOp op) {
  switch (op) {
    case bpf::AluOp::add: return Group1::add;
    case bpf::AluOp::sub: return Group1::sub;
    case bpf::AluOp::bit_or: return Group1::bit_or;
    case bpf::AluOp::bit_and: return Group1::bit_and;
    case bpf::AluOp::bit_xor: return Group1::bit_xor;
    case bpf::AluOp::mul:
    case bpf::AluOp::div:
    case bpf::AluOp::lsh:
    case bpf::AluOp::rsh:
    case bpf::AluOp::neg:
    case bpf::AluOp::mod:
    case bpf::AluOp::mov:
    case bpf::AluOp::arsh:
    case bpf::AluOp::end: break;
  }
  assert(false && "only the five operations of group 1 come here");
  std::unreachable();
}

/// rax and r11 hold dividend and divisor, which is not zero and, signed, not -1. Quotient in rax, remainder in
/// rdx.
void divide(Assembler& a, Division what) {
  if (!what.is_signed) {
    a.alu(Group1::bit_xor, edx, edx);
    what.wide ? a.div(r11) : a.div(r11d);
  } else if (what.wide) {
    a.cqo();
    a.idiv(r11);
  } else {
    a.cdq();
    a.idiv(r11d);
  }
}

void clear(Assembler& a, Gp dst) { a.alu(Group1::bit_xor, R32{dst}, R32{dst}); }

/// The processor traps where the least number is divided by -1.
void divide_by_minus_one(Assembler& a, Division what, Gp dst) {
  if (what.remainder) clear(a, dst);
  else what.wide ? a.neg(R64{dst}) : a.neg(R32{dst});
}

void divide_by_zero(Assembler& a, Division what, Gp dst) {
  if (!what.remainder) clear(a, dst);
  else if (!what.wide) a.mov(R32{dst}, R32{dst});
}

/// r11 holds the divisor.
void divide_by_r11(Assembler& a, Division what, Gp dst) {
  ShortLabel by_zero;
  ShortLabel by_minus_one;
  ShortLabel done;
  what.wide ? a.test(r11, r11) : a.test(r11d, r11d);
  a.jcc(Cond::e, by_zero);
  if (what.is_signed) {
    what.wide ? a.alu_imm8(Group1::cmp, r11, -1) : a.alu_imm8(Group1::cmp, r11d, -1);
    a.jcc(Cond::e, by_minus_one);
  }
  if (dst != Gp::rax) a.mov(r10, rax);
  if (dst != Gp::rdx) a.mov(r9, rdx);
  if (dst != Gp::rax) a.mov(rax, R64{dst});
  divide(a, what);
  a.mov(r11, what.remainder ? rdx : rax);
  if (dst != Gp::rdx) a.mov(rdx, r9);
  if (dst != Gp::rax) a.mov(rax, r10);
  a.mov(R64{dst}, r11);
  a.jmp(done);
  if (what.is_signed) {
    a.bind(by_minus_one);
    divide_by_minus_one(a, what, dst);
    a.jmp(done);
  }
  a.bind(by_zero);
  divide_by_zero(a, what, dst);
  a.bind(done);
}

}  // namespace

void emit_mov_imm32(Assembler& a, Gp dst, std::uint32_t imm) {
  if (imm == 0) a.alu(Group1::bit_xor, R32{dst}, R32{dst});
  else a.mov_imm32(dst, imm);
}

void emit_mov_simm32(Assembler& a, Gp dst, std::int32_t imm) {
  if (imm < 0) a.mov_simm32(dst, imm);
  else emit_mov_imm32(a, dst, static_cast<std::uint32_t>(imm));
}

void emit_mov_imm64(Assembler& a, Gp dst, std::uint64_t imm, bool sign_extend) {
  const auto low = static_cast<std::int32_t>(imm);
  if (imm <= UINT32_MAX) emit_mov_imm32(a, dst, static_cast<std::uint32_t>(imm));
  else if (sign_extend && imm == static_cast<std::uint64_t>(std::int64_t{low})) a.mov_simm32(dst, low);
  else a.mov_imm64(dst, imm);
}

void emit_simple_alu(Assembler& a, bool wide, bpf::AluOp op, Gp dst, Gp src) {
  if (op == bpf::AluOp::mov) {
    // Of 32 bits it clears the upper half, of 64 bits it does nothing where both are one register.
    if (!wide) a.mov(R32{dst}, R32{src});
    else if (dst != src) a.mov(R64{dst}, R64{src});
  } else {
    wide ? a.alu(group1(op), R64{dst}, R64{src}) : a.alu(group1(op), R32{dst}, R32{src});
  }
}

void emit_simple_alu(Assembler& a, bool wide, bpf::AluOp op, Gp dst, std::int32_t imm) {
  if (op == bpf::AluOp::mov) {
    wide ? emit_mov_simm32(a, dst, imm) : emit_mov_imm32(a, dst, static_cast<std::uint32_t>(imm));
  } else if (fits8(imm)) {
    const auto imm8 = static_cast<std::int8_t>(imm);
    wide ? a.alu_imm8(group1(op), R64{dst}, imm8) : a.alu_imm8(group1(op), R32{dst}, imm8);
  } else if (dst == Gp::rax) {
    a.alu_rax_imm32(group1(op), wide, imm);
  } else {
    wide ? a.alu_imm32(group1(op), R64{dst}, imm) : a.alu_imm32(group1(op), R32{dst}, imm);
  }
}

void emit_multiply(Assembler& a, bool wide, Gp dst, std::int32_t imm) {
  if (fits8(imm)) {
    const auto imm8 = static_cast<std::int8_t>(imm);
    wide ? a.imul_imm8(R64{dst}, R64{dst}, imm8) : a.imul_imm8(R32{dst}, R32{dst}, imm8);
  } else {
    wide ? a.imul_imm32(R64{dst}, R64{dst}, imm) : a.imul_imm32(R32{dst}, R32{dst}, imm);
  }
}

void emit_divide(Assembler& a, Division what, Gp dst, Gp src) {
  a.mov(r11, R64{src});
  divide_by_r11(a, what, dst);
}

void emit_divide(Assembler& a, Division what, Gp dst, std::int32_t imm) {
  what.wide ? emit_mov_simm32(a, Gp::r11, imm) : emit_mov_imm32(a, Gp::r11, static_cast<std::uint32_t>(imm));
  divide_by_r11(a, what, dst);
}

void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, Gp count) {
  const auto shift = [&](Gp reg) { wide ? a.shift_cl(what, R64{reg}) : a.shift_cl(what, R32{reg}); };
  if (dst == Gp::rcx) {
    a.mov(r11, rcx);
    if (count != Gp::rcx) a.mov(rcx, R64{count});
    shift(Gp::r11);
    a.mov(rcx, r11);
  } else if (count == Gp::rcx) {
    shift(dst);
  } else {
    a.mov(r10, rcx);
    a.mov(rcx, R64{count});
    shift(dst);
    a.mov(rcx, r10);
  }
}

void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, std::int32_t count) {
  const auto imm8 = static_cast<std::uint8_t>(count);
  if (count == 1) return wide ? a.shift_one(what, R64{dst}) : a.shift_one(what, R32{dst});
  wide ? a.shift_imm8(what, R64{dst}, imm8) : a.shift_imm8(what, R32{dst}, imm8);
}

}  // namespace tailbound::x86_64

#include "jit/arm64/arithmetic.hpp"

#include "jit/arm64/literal.hpp"

namespace tailbound::arm64 {

namespace {

using bpf::AluOp;

Sized as_wide_as(Sized other, X reg) { return {reg.reg, other.wide}; }

std::uint32_t negated(std::int32_t imm) { return 0U - static_cast<std::uint32_t>(imm); }

std::optional<Bitmask> bitmask(Sized dst, std::int32_t imm) {
  return Bitmask::of(dst.wide ? static_cast<std::uint64_t>(std::int64_t{imm}) : static_cast<std::uint32_t>(imm),
                     dst.wide);
}

/// The operation has no form for this number.
void by_scratch(Assembler& a, AluOp op, Sized dst, std::int32_t imm) {
  emit_mov(a, as_wide_as(dst, scratch), imm);
  emit_alu(a, op, dst, as_wide_as(dst, scratch));
}

void add(Assembler& a, Sized dst, std::int32_t imm) {
  if (Imm12::fits(static_cast<std::uint32_t>(imm))) a.add(dst, dst, Imm12(static_cast<std::uint32_t>(imm)));
  else if (Imm12::fits(negated(imm))) a.sub(dst, dst, Imm12(negated(imm)));
  else by_scratch(a, AluOp::add, dst, imm);
}

void subtract(Assembler& a, Sized dst, std::int32_t imm) {
  if (Imm12::fits(static_cast<std::uint32_t>(imm))) a.sub(dst, dst, Imm12(static_cast<std::uint32_t>(imm)));
  else if (Imm12::fits(negated(imm))) a.add(dst, dst, Imm12(negated(imm)));
  else by_scratch(a, AluOp::sub, dst, imm);
}

unsigned count_of(Sized dst, std::int32_t imm) { return static_cast<unsigned>(imm) & (dst.wide ? 63U : 31U); }

void quotient(Assembler& a, bool is_signed, Sized d, Sized n, Sized m) {
  is_signed ? a.sdiv(d, n, m) : a.udiv(d, n, m);
}

}  // namespace

void emit_alu(Assembler& a, AluOp op, Sized dst, Sized src) {
  switch (op) {
    case AluOp::add: return a.add(dst, dst, src);
    case AluOp::sub: return a.sub(dst, dst, src);
    case AluOp::mul: return a.mul(dst, dst, src);
    case AluOp::bit_or: return a.orr(dst, dst, src);
    case AluOp::bit_and: return a.and_(dst, dst, src);
    case AluOp::bit_xor: return a.eor(dst, dst, src);
    case AluOp::lsh: return a.lslv(dst, dst, src);
    case AluOp::rsh: return a.lsrv(dst, dst, src);
    case AluOp::arsh: return a.asrv(dst, dst, src);
    case AluOp::mov: return a.add(dst, src, Imm12(0));
    case AluOp::div:
    case AluOp::mod:
    case AluOp::neg:
    case AluOp::end: break;
  }
  assert(false && "has a template of its own");
}

void emit_alu(Assembler& a, AluOp op, Sized dst, std::int32_t imm) {
  switch (op) {
    case AluOp::add: return add(a, dst, imm);
    case AluOp::sub: return subtract(a, dst, imm);
    case AluOp::mul: return by_scratch(a, op, dst, imm);
    case AluOp::bit_or:
      if (const auto mask = bitmask(dst, imm)) return a.orr(dst, dst, *mask);
      return by_scratch(a, op, dst, imm);
    case AluOp::bit_and:
      if (const auto mask = bitmask(dst, imm)) return a.and_(dst, dst, *mask);
      return by_scratch(a, op, dst, imm);
    case AluOp::bit_xor:
      if (const auto mask = bitmask(dst, imm)) return a.eor(dst, dst, *mask);
      return by_scratch(a, op, dst, imm);
    case AluOp::lsh: return a.lsl(dst, dst, count_of(dst, imm));
    case AluOp::rsh: return a.lsr(dst, dst, count_of(dst, imm));
    case AluOp::arsh: return a.asr(dst, dst, count_of(dst, imm));
    case AluOp::mov: return emit_mov(a, dst, imm);
    case AluOp::div:
    case AluOp::mod:
    case AluOp::neg:
    case AluOp::end: break;
  }
  assert(false && "has a template of its own");
}

void emit_divide(Assembler& a, jit::Division what, Sized dst, Sized src) {
  if (!what.remainder) return quotient(a, what.is_signed, dst, dst, src);
  const Sized result = as_wide_as(dst, scratch);
  quotient(a, what.is_signed, result, dst, src);
  a.msub(dst, result, src, dst);
}

void emit_divide(Assembler& a, jit::Division what, Sized dst, std::int32_t imm) {
  const Sized divisor = as_wide_as(dst, what.remainder ? scratch2 : scratch);
  emit_mov(a, divisor, imm);
  emit_divide(a, what, dst, divisor);
}

void emit_compare(Assembler& a, bool bits, Sized dst, Sized src) { bits ? a.tst(dst, src) : a.cmp(dst, src); }

void emit_compare(Assembler& a, bool bits, Sized dst, std::int32_t imm) {
  if (bits) {
    if (const auto mask = bitmask(dst, imm)) return a.tst(dst, *mask);
  } else {
    if (Imm12::fits(static_cast<std::uint32_t>(imm))) return a.cmp(dst, Imm12(static_cast<std::uint32_t>(imm)));
    if (Imm12::fits(negated(imm))) return a.cmn(dst, Imm12(negated(imm)));
  }
  emit_mov(a, as_wide_as(dst, scratch), imm);
  emit_compare(a, bits, dst, as_wide_as(dst, scratch));
}

}  // namespace tailbound::arm64

// arm64 instructions with typed operands, one method a form (Arm manual DDI 0487, part C6). Where it allows several
// encodings, the one that the kernel's JIT uses is taken, so that images can be compared word for word.
#pragma once

#include <cassert>
#include <cstdint>

#include "jit/arm64/encoding.hpp"
#include "jit/arm64/immediates.hpp"
#include "jit/emit/code_buffer.hpp"
#include "jit/emit/short_label.hpp"

namespace tailbound::arm64 {

using jit::ShortLabel;

inline constexpr std::uint32_t word_bytes = 4;

enum class Cond : std::uint8_t { eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le };

/// [base, #offset]: the offset is a multiple of the access' width, and at most 4095 of them.
struct MemImm {
  X base;
  std::uint32_t offset;
};
/// [base, index]
struct MemReg {
  X base;
  X index;
};
constexpr MemImm at(X base, std::uint32_t offset) { return {base, offset}; }
constexpr MemReg at(X base, X index) { return {base, index}; }

class Assembler {
 public:
  explicit Assembler(jit::CodeBuffer& out) : out_(out) {}

  std::uint32_t here() const { return out_.size(); }

  // clang-format off
  // --- arithmetic with an immediate ---
  void add(Sized d, Sized n, Imm12 imm) { put<"f 0 0 100010 s iiiiiiiiiiii NNNNN DDDDD">(d.wide, imm.shifted, imm.bits, n, d); }
  void sub(Sized d, Sized n, Imm12 imm) { put<"f 1 0 100010 s iiiiiiiiiiii NNNNN DDDDD">(d.wide, imm.shifted, imm.bits, n, d); }
  void cmp(Sized n, Imm12 imm) { put<"f 1 1 100010 s iiiiiiiiiiii NNNNN 11111">(n.wide, imm.shifted, imm.bits, n); }
  void cmn(Sized n, Imm12 imm) { put<"f 0 1 100010 s iiiiiiiiiiii NNNNN 11111">(n.wide, imm.shifted, imm.bits, n); }
  void and_(Sized d, Sized n, Bitmask imm) { put<"f 00 100100 iiiiiiiiiiiii nnnnn DDDDD">(d.wide, imm.bits, n, d); }
  void orr(Sized d, Sized n, Bitmask imm) { put<"f 01 100100 iiiiiiiiiiiii nnnnn DDDDD">(d.wide, imm.bits, n, d); }
  void eor(Sized d, Sized n, Bitmask imm) { put<"f 10 100100 iiiiiiiiiiiii nnnnn DDDDD">(d.wide, imm.bits, n, d); }
  void tst(Sized n, Bitmask imm) { put<"f 11 100100 iiiiiiiiiiiii nnnnn 11111">(n.wide, imm.bits, n); }
  // Moves of 16 bits to bit 16·block: the others inverted ones, zeros, or kept.
  void movn(Sized d, std::uint16_t imm, unsigned block) { put<"f 00 100101 hh iiiiiiiiiiiiiiii ddddd">(d.wide, block, std::uint32_t{imm}, d); }
  void movz(Sized d, std::uint16_t imm, unsigned block) { put<"f 10 100101 hh iiiiiiiiiiiiiiii ddddd">(d.wide, block, std::uint32_t{imm}, d); }
  void movk(Sized d, std::uint16_t imm, unsigned block) { put<"f 11 100101 hh iiiiiiiiiiiiiiii ddddd">(d.wide, block, std::uint32_t{imm}, d); }
  void ubfm(Sized d, Sized n, unsigned immr, unsigned imms) { put<"f 10 100110 g rrrrrr ssssss nnnnn ddddd">(d.wide, d.wide, immr, imms, n, d); }
  void sbfm(Sized d, Sized n, unsigned immr, unsigned imms) { put<"f 00 100110 g rrrrrr ssssss nnnnn ddddd">(d.wide, d.wide, immr, imms, n, d); }
  // Their aliases; a count is below the width.
  void lsl(Sized d, Sized n, unsigned count) { ubfm(d, n, (width(d) - count) % width(d), width(d) - 1 - count); }
  void lsr(Sized d, Sized n, unsigned count) { ubfm(d, n, count, width(d) - 1); }
  void asr(Sized d, Sized n, unsigned count) { sbfm(d, n, count, width(d) - 1); }
  void uxth(Sized d, Sized n) { ubfm(d, n, 0, 15); }
  void sxtb(Sized d, Sized n) { sbfm(d, n, 0, 7); }
  void sxth(Sized d, Sized n) { sbfm(d, n, 0, 15); }
  void sxtw(X d, X n) { sbfm(d, n, 0, 31); }

  // --- arithmetic on registers ---
  void add(Sized d, Sized n, Sized m) { put<"f 0 0 01011 000 mmmmm 000000 nnnnn ddddd">(d.wide, m, n, d); }
  void sub(Sized d, Sized n, Sized m) { put<"f 1 0 01011 000 mmmmm 000000 nnnnn ddddd">(d.wide, m, n, d); }
  void cmp(Sized n, Sized m) { put<"f 1 1 01011 000 mmmmm 000000 nnnnn 11111">(n.wide, m, n); }
  void neg(Sized d, Sized m) { put<"f 1 0 01011 000 mmmmm 000000 11111 ddddd">(d.wide, m, d); }
  void and_(Sized d, Sized n, Sized m) { put<"f 00 01010 000 mmmmm 000000 nnnnn ddddd">(d.wide, m, n, d); }
  void orr(Sized d, Sized n, Sized m) { put<"f 01 01010 000 mmmmm 000000 nnnnn ddddd">(d.wide, m, n, d); }
  void eor(Sized d, Sized n, Sized m) { put<"f 10 01010 000 mmmmm 000000 nnnnn ddddd">(d.wide, m, n, d); }
  void tst(Sized n, Sized m) { put<"f 11 01010 000 mmmmm 000000 nnnnn 11111">(n.wide, m, n); }
  void mvn(Sized d, Sized m) { put<"f 01 01010 001 mmmmm 000000 11111 ddddd">(d.wide, m, d); }
  void mul(Sized d, Sized n, Sized m) { put<"f 00 11011 000 mmmmm 0 11111 nnnnn ddddd">(d.wide, m, n, d); }
  /// d = a - n·m
  void msub(Sized d, Sized n, Sized m, Sized a) { put<"f 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd">(d.wide, m, a, n, d); }
  void udiv(Sized d, Sized n, Sized m) { put<"f 0 0 11010110 mmmmm 00001 0 nnnnn ddddd">(d.wide, m, n, d); }
  void sdiv(Sized d, Sized n, Sized m) { put<"f 0 0 11010110 mmmmm 00001 1 nnnnn ddddd">(d.wide, m, n, d); }
  // Shifts by a register: the count is taken modulo the width.
  void lslv(Sized d, Sized n, Sized m) { put<"f 0 0 11010110 mmmmm 0010 00 nnnnn ddddd">(d.wide, m, n, d); }
  void lsrv(Sized d, Sized n, Sized m) { put<"f 0 0 11010110 mmmmm 0010 01 nnnnn ddddd">(d.wide, m, n, d); }
  void asrv(Sized d, Sized n, Sized m) { put<"f 0 0 11010110 mmmmm 0010 10 nnnnn ddddd">(d.wide, m, n, d); }
  /// Reverses the bytes of each 16 bits; of the whole register.
  void rev16(Sized d, Sized n) { put<"f 1 0 11010110 00000 000001 nnnnn ddddd">(d.wide, n, d); }
  void rev(Sized d, Sized n) { put<"f 1 0 11010110 00000 00001 g nnnnn ddddd">(d.wide, d.wide, n, d); }

  // --- memory ---
  void ldrb(W t, MemImm m) { put<"00 111 0 01 01 iiiiiiiiiiii NNNNN ttttt">(m.offset, m.base, t); }
  void ldrb(W t, MemReg m) { put<"00 111 0 00 01 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void ldrh(W t, MemImm m) { put<"01 111 0 01 01 iiiiiiiiiiii NNNNN ttttt">(scaled(m, 1), m.base, t); }
  void ldrh(W t, MemReg m) { put<"01 111 0 00 01 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void ldr(Sized t, MemImm m) { put<"1 f 111 0 01 01 iiiiiiiiiiii NNNNN ttttt">(t.wide, scaled(m, t.wide ? 3 : 2), m.base, t); }
  void ldr(Sized t, MemReg m) { put<"1 f 111 0 00 01 1 mmmmm 011 0 10 NNNNN ttttt">(t.wide, m.index, m.base, t); }
  // Sign-extending, to 64 bits.
  void ldrsb(X t, MemImm m) { put<"00 111 0 01 10 iiiiiiiiiiii NNNNN ttttt">(m.offset, m.base, t); }
  void ldrsb(X t, MemReg m) { put<"00 111 0 00 10 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void ldrsh(X t, MemImm m) { put<"01 111 0 01 10 iiiiiiiiiiii NNNNN ttttt">(scaled(m, 1), m.base, t); }
  void ldrsh(X t, MemReg m) { put<"01 111 0 00 10 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void ldrsw(X t, MemImm m) { put<"10 111 0 01 10 iiiiiiiiiiii NNNNN ttttt">(scaled(m, 2), m.base, t); }
  void ldrsw(X t, MemReg m) { put<"10 111 0 00 10 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void strb(W t, MemImm m) { put<"00 111 0 01 00 iiiiiiiiiiii NNNNN ttttt">(m.offset, m.base, t); }
  void strb(W t, MemReg m) { put<"00 111 0 00 00 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void strh(W t, MemImm m) { put<"01 111 0 01 00 iiiiiiiiiiii NNNNN ttttt">(scaled(m, 1), m.base, t); }
  void strh(W t, MemReg m) { put<"01 111 0 00 00 1 mmmmm 011 0 10 NNNNN ttttt">(m.index, m.base, t); }
  void str(Sized t, MemImm m) { put<"1 f 111 0 01 00 iiiiiiiiiiii NNNNN ttttt">(t.wide, scaled(m, t.wide ? 3 : 2), m.base, t); }
  void str(Sized t, MemReg m) { put<"1 f 111 0 00 00 1 mmmmm 011 0 10 NNNNN ttttt">(t.wide, m.index, m.base, t); }
  /// stp a, b, [sp, #-16]! and ldp a, b, [sp], #16
  void push(X a, X b) { put<"10 101 0 011 0 1111110 bbbbb 11111 aaaaa">(b, a); }
  void pop(X a, X b) { put<"10 101 0 001 1 0000010 bbbbb 11111 aaaaa">(b, a); }
  /// The quadword `distance` bytes behind this instruction.
  void ldr_literal(X t, std::int32_t distance) { put<"01 011 0 00 iiiiiiiiiiiiiiiiiii ttttt">(distance / 4, t); }

  // --- atomic ---
  void stadd(Sized s, X n) { put<"1 f 111 0 00 00 1 sssss 0 000 00 NNNNN 11111">(s.wide, s, n); }
  void stclr(Sized s, X n) { put<"1 f 111 0 00 00 1 sssss 0 001 00 NNNNN 11111">(s.wide, s, n); }
  void steor(Sized s, X n) { put<"1 f 111 0 00 00 1 sssss 0 010 00 NNNNN 11111">(s.wide, s, n); }
  void stset(Sized s, X n) { put<"1 f 111 0 00 00 1 sssss 0 011 00 NNNNN 11111">(s.wide, s, n); }
  // The old value goes to t.
  void ldaddal(Sized s, Sized t, X n) { put<"1 f 111 0 00 11 1 sssss 0 000 00 NNNNN ttttt">(s.wide, s, n, t); }
  void ldclral(Sized s, Sized t, X n) { put<"1 f 111 0 00 11 1 sssss 0 001 00 NNNNN ttttt">(s.wide, s, n, t); }
  void ldeoral(Sized s, Sized t, X n) { put<"1 f 111 0 00 11 1 sssss 0 010 00 NNNNN ttttt">(s.wide, s, n, t); }
  void ldsetal(Sized s, Sized t, X n) { put<"1 f 111 0 00 11 1 sssss 0 011 00 NNNNN ttttt">(s.wide, s, n, t); }
  void swpal(Sized s, Sized t, X n) { put<"1 f 111 0 00 11 1 sssss 1 000 00 NNNNN ttttt">(s.wide, s, n, t); }
  /// Equal to s: stores t; s gets the old value either way.
  void casal(Sized s, Sized t, X n) { put<"1 f 001000 1 1 1 sssss 1 11111 NNNNN ttttt">(s.wide, s, n, t); }
  void ldxr(Sized t, X n) { put<"1 f 001000 0 1 0 11111 0 11111 NNNNN ttttt">(t.wide, n, t); }
  /// s is 0 where it stored.
  void stxr(W s, Sized t, X n) { put<"1 f 001000 0 0 0 sssss 0 11111 NNNNN ttttt">(t.wide, s, n, t); }
  void stlxr(W s, Sized t, X n) { put<"1 f 001000 0 0 0 sssss 1 11111 NNNNN ttttt">(t.wide, s, n, t); }
  void dmb_ish() { put<"1101010100 0 00 011 0011 1011 1 01 11111">(); }

  // --- control; distances in bytes from the instruction itself ---
  void b(std::int32_t distance) { put<"0 00101 iiiiiiiiiiiiiiiiiiiiiiiiii">(distance / 4); }
  void bl(std::int32_t distance) { put<"1 00101 iiiiiiiiiiiiiiiiiiiiiiiiii">(distance / 4); }
  void b(Cond cond, std::int32_t distance) { put<"0101010 0 iiiiiiiiiiiiiiiiiii 0 cccc">(distance / 4, static_cast<std::uint32_t>(cond)); }
  void cbz(Sized t, std::int32_t distance) { put<"f 011010 0 iiiiiiiiiiiiiiiiiii ttttt">(t.wide, distance / 4, t); }
  void cbnz(Sized t, std::int32_t distance) { put<"f 011010 1 iiiiiiiiiiiiiiiiiii ttttt">(t.wide, distance / 4, t); }
  void br(X n) { put<"1101011 0 0 00 11111 0000 0 0 nnnnn 00000">(n); }
  void blr(X n) { put<"1101011 0 0 01 11111 0000 0 0 nnnnn 00000">(n); }
  void ret() { put<"1101011 0 0 10 11111 0000 0 0 11110 00000">(); }
  void nop() { put<"1101010100 0 00 011 0010 0000 000 11111">(); }
  void bti_c() { put<"1101010100 0 00 011 0010 0100 010 11111">(); }
  void bti_j() { put<"1101010100 0 00 011 0010 0100 100 11111">(); }
  void bti_jc() { put<"1101010100 0 00 011 0010 0100 110 11111">(); }
  void paciasp() { put<"1101010100 0 00 011 0010 0011 001 11111">(); }
  void autiasp() { put<"1101010100 0 00 011 0010 0011 101 11111">(); }
  void brk(std::uint16_t imm) { put<"11010100 001 iiiiiiiiiiiiiiii 000 00">(std::uint32_t{imm}); }
  // clang-format on

  /// Not an instruction.
  void data(std::uint64_t quadword) { out_.u64(quadword); }

  // --- forward, inside one template: the label is bound later ---
  void b(Cond cond, ShortLabel& label) { label.add(here()), b(cond, 0); }
  void cbz(Sized t, ShortLabel& label) { label.add(here()), cbz(t, 0); }
  void bind(const ShortLabel& label) {
    label.each([&](std::uint32_t from) {
      out_.patch32(from, out_.at32(from) | (here() - from) / word_bytes << 5);
    });
  }

 private:
  template <Bits bits, class... Operand>
  void put(Operand... operands) {
    out_.u32(word<bits>(operands...));
  }
  static unsigned width(Sized reg) { return reg.wide ? 64 : 32; }
  static std::uint32_t scaled(MemImm m, unsigned by) {
    assert((m.offset & ((1U << by) - 1)) == 0 && "the offset is a multiple of the width");
    return m.offset >> by;
  }

  jit::CodeBuffer& out_;
};

}  // namespace tailbound::arm64

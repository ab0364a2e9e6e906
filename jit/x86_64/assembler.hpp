// x86-64 instructions with typed operands, one method a form (Intel SDM volume 2). Where the manual allows several
// encodings, the one that the kernel's JIT uses is taken, so that images can be compared byte for byte.
#pragma once

#include <cassert>
#include <cstdint>

#include "jit/emit/code_buffer.hpp"
#include "jit/emit/short_label.hpp"
#include "jit/x86_64/regs.hpp"

namespace tailbound::x86_64 {

/// Condition codes as in the low nibble of jcc.
enum class Cond : std::uint8_t { b = 2, ae = 3, e = 4, ne = 5, be = 6, a = 7, l = 0xc, ge = 0xd, le = 0xe, g = 0xf };

/// A memory operand: base + index*8 + displacement, with the width of the displacement fixed by the caller.
struct Mem {
  enum class Disp : std::uint8_t { none, d8, d32 };
  Gp base;
  Disp form = Disp::none;
  std::int32_t disp = 0;
  bool has_index = false;
  Gp index = Gp::rax;
};

constexpr bool fits8(std::int32_t value) { return value >= -128 && value <= 127; }

/// [base], without displacement; base is not rbp or r13, where that form means something else.
constexpr Mem at(R64 base) {
  assert((static_cast<unsigned>(base.reg) & 7) != 5 && "rbp and r13 need a displacement");
  return {base.reg, Mem::Disp::none, 0};
}
/// [base + disp8] where it fits, also for 0, else [base + disp32].
constexpr Mem at(R64 base, std::int32_t disp) {
  return {base.reg, fits8(disp) ? Mem::Disp::d8 : Mem::Disp::d32, disp};
}
constexpr Mem at_disp32(R64 base, std::int32_t disp) { return {base.reg, Mem::Disp::d32, disp}; }
/// [base + index*8 + disp32]
constexpr Mem at_index8_disp32(R64 base, R64 index, std::int32_t disp) {
  return {base.reg, Mem::Disp::d32, disp, true, index.reg};
}

using jit::ShortLabel;

/// The operations of opcode group 1, with /n as the value (SDM: ADD, OR, AND, SUB, XOR, CMP).
enum class Group1 : std::uint8_t { add = 0, bit_or = 1, bit_and = 4, sub = 5, bit_xor = 6, cmp = 7 };
/// Shifts of opcode group 2.
enum class Shift : std::uint8_t { shl = 4, shr = 5, sar = 7 };

class Assembler {
 public:
  explicit Assembler(jit::CodeBuffer& out) : out_(out) {}

  std::uint32_t here() const { return out_.size(); }

  // --- moves ---
  void mov(R64 dst, R64 src) { rex_w(src.reg, dst.reg), op(0x89), direct(src.reg, dst.reg); }
  void mov(R32 dst, R32 src) { rex(src.reg, dst.reg), op(0x89), direct(src.reg, dst.reg); }
  void mov(R64 dst, Mem src) { load(0x8b, dst.reg, src, true); }
  void mov(R32 dst, Mem src) { load(0x8b, dst.reg, src, false); }
  void mov(Mem dst, R64 src) { load(0x89, src.reg, dst, true); }
  void mov(Mem dst, R32 src) { load(0x89, src.reg, dst, false); }
  void lea(R64 dst, Mem address) { load(0x8d, dst.reg, address, true); }
  /// mov r32, imm32: zero-extends.
  void mov_imm32(Gp dst, std::uint32_t imm) { rex_b(dst), op(0xb8 | low(dst)), out_.u32(imm); }
  /// mov r64, imm32: sign-extends.
  void mov_simm32(Gp dst, std::int32_t imm) { rex_w(Gp::rax, dst), op(0xc7), direct(Gp::rax, dst), imm32(imm); }
  void mov_imm64(Gp dst, std::uint64_t imm) { rex_w(Gp::rax, dst), op(0xb8 | low(dst)), out_.u64(imm); }
  void movzx8(R64 dst, Mem src) { rex_mem(dst.reg, src, true), bytes({0x0f, 0xb6}), mem(dst.reg, src); }
  void movzx16(R64 dst, Mem src) { rex_mem(dst.reg, src, true), bytes({0x0f, 0xb7}), mem(dst.reg, src); }
  void movzx16(R32 dst, R32 src) { rex(dst.reg, src.reg), bytes({0x0f, 0xb7}), direct(dst.reg, src.reg); }
  // Sign-extending: from memory to 64 bits, from the low part of a register to 64 or 32 bits.
  void movsx8(R64 dst, Mem src) { rex_mem(dst.reg, src, true), bytes({0x0f, 0xbe}), mem(dst.reg, src); }
  void movsx16(R64 dst, Mem src) { rex_mem(dst.reg, src, true), bytes({0x0f, 0xbf}), mem(dst.reg, src); }
  void movsx32(R64 dst, Mem src) { rex_mem(dst.reg, src, true), op(0x63), mem(dst.reg, src); }
  void movsx8(R64 dst, R64 src) { rex_w(dst.reg, src.reg), bytes({0x0f, 0xbe}), direct(dst.reg, src.reg); }
  void movsx16(R64 dst, R64 src) { rex_w(dst.reg, src.reg), bytes({0x0f, 0xbf}), direct(dst.reg, src.reg); }
  void movsx32(R64 dst, R64 src) { rex_w(dst.reg, src.reg), op(0x63), direct(dst.reg, src.reg); }
  void movsx8(R32 dst, R32 src) { rex8(dst.reg, src.reg), bytes({0x0f, 0xbe}), direct(dst.reg, src.reg); }
  void movsx16(R32 dst, R32 src) { rex(dst.reg, src.reg), bytes({0x0f, 0xbf}), direct(dst.reg, src.reg); }

  // --- stores of 8 and 16 bits, and of immediates ---
  /// A REX prefix makes codes 4 to 7 mean spl … dil instead of ah … bh.
  void mov8(Mem dst, Gp src) {
    const bool needs_rex = static_cast<unsigned>(src) >= 4;
    rex_mem(src, dst, false, needs_rex), op(0x88), mem(src, dst);
  }
  void mov16(Mem dst, Gp src) { op(0x66), rex_mem(src, dst, false), op(0x89), mem(src, dst); }
  void mov8(Mem dst, std::int32_t imm) {
    rex_mem(Gp::rax, dst, false), op(0xc6), mem(Gp::rax, dst), op(static_cast<std::uint8_t>(imm));
  }
  void mov16(Mem dst, std::int32_t imm) {
    op(0x66), rex_mem(Gp::rax, dst, false), op(0xc7), mem(Gp::rax, dst);
    bytes({static_cast<std::uint8_t>(imm), static_cast<std::uint8_t>(imm >> 8)});
  }
  void mov32(Mem dst, std::int32_t imm) { rex_mem(Gp::rax, dst, false), op(0xc7), mem(Gp::rax, dst), imm32(imm); }
  void mov64(Mem dst, std::int32_t imm) { rex_mem(Gp::rax, dst, true), op(0xc7), mem(Gp::rax, dst), imm32(imm); }

  // --- arithmetic ---
  void alu(Group1 what, R64 dst, R64 src) { rex_w(src.reg, dst.reg), op(mr(what)), direct(src.reg, dst.reg); }
  void alu(Group1 what, R32 dst, R32 src) { rex(src.reg, dst.reg), op(mr(what)), direct(src.reg, dst.reg); }
  void alu(Group1 what, Mem dst, R32 src) { load(mr(what), src.reg, dst, false); }
  void alu_imm8(Group1 what, R64 dst, std::int8_t imm) { rex_w(Gp::rax, dst.reg), group1_imm8(what, dst.reg, imm); }
  void alu_imm8(Group1 what, R32 dst, std::int8_t imm) { rex(Gp::rax, dst.reg), group1_imm8(what, dst.reg, imm); }
  void alu_imm8(Group1 what, Mem dst, std::int8_t imm) {
    rex_mem(Gp::rax, dst, true), op(0x83), mem(digit(what), dst), op(static_cast<std::uint8_t>(imm));
  }
  void alu32_imm8(Group1 what, Mem dst, std::int8_t imm) {
    rex_mem(Gp::rax, dst, false), op(0x83), mem(digit(what), dst), op(static_cast<std::uint8_t>(imm));
  }
  void alu_imm32(Group1 what, R64 dst, std::int32_t imm) { rex_w(Gp::rax, dst.reg), group1_imm32(what, dst.reg, imm); }
  void alu_imm32(Group1 what, R32 dst, std::int32_t imm) { rex(Gp::rax, dst.reg), group1_imm32(what, dst.reg, imm); }
  /// The short form for the accumulator, without ModRM.
  void alu_rax_imm32(Group1 what, bool wide, std::int32_t imm) {
    if (wide) op(0x48);
    op(static_cast<std::uint8_t>(static_cast<unsigned>(what) * 8 + 5)), imm32(imm);
  }
  void test(R64 a, R64 b) { rex_w(b.reg, a.reg), op(0x85), direct(b.reg, a.reg); }
  void test(R32 a, R32 b) { rex(b.reg, a.reg), op(0x85), direct(b.reg, a.reg); }
  void test_imm32(R64 a, std::int32_t imm) { rex_w(Gp::rax, a.reg), op(0xf7), direct(Gp::rax, a.reg), imm32(imm); }
  void test_imm32(R32 a, std::int32_t imm) { rex(Gp::rax, a.reg), op(0xf7), direct(Gp::rax, a.reg), imm32(imm); }
  void neg(R64 dst) { rex_w(Gp::rax, dst.reg), op(0xf7), direct(Gp::rbx, dst.reg); }
  void neg(R32 dst) { rex(Gp::rax, dst.reg), op(0xf7), direct(Gp::rbx, dst.reg); }
  /// Unsigned rdx:rax / src: quotient in rax, remainder in rdx.
  void div(R64 src) { rex_w(Gp::rax, src.reg), op(0xf7), direct(Gp::rsi, src.reg); }
  void div(R32 src) { rex(Gp::rax, src.reg), op(0xf7), direct(Gp::rsi, src.reg); }
  /// Signed; cqo and cdq make the dividend's upper half.
  void idiv(R64 src) { rex_w(Gp::rax, src.reg), op(0xf7), direct(Gp::rdi, src.reg); }
  void idiv(R32 src) { rex(Gp::rax, src.reg), op(0xf7), direct(Gp::rdi, src.reg); }
  void cqo() { bytes({0x48, 0x99}); }
  void cdq() { op(0x99); }
  void imul(R64 dst, R64 src) { rex_w(dst.reg, src.reg), bytes({0x0f, 0xaf}), direct(dst.reg, src.reg); }
  void imul(R32 dst, R32 src) { rex(dst.reg, src.reg), bytes({0x0f, 0xaf}), direct(dst.reg, src.reg); }
  void imul_imm32(R64 dst, R64 src, std::int32_t imm) {
    rex_w(dst.reg, src.reg), op(0x69), direct(dst.reg, src.reg), imm32(imm);
  }
  void imul_imm32(R32 dst, R32 src, std::int32_t imm) {
    rex(dst.reg, src.reg), op(0x69), direct(dst.reg, src.reg), imm32(imm);
  }
  void imul_imm8(R64 dst, R64 src, std::int8_t imm) {
    rex_w(dst.reg, src.reg), op(0x6b), direct(dst.reg, src.reg), op(static_cast<std::uint8_t>(imm));
  }
  void imul_imm8(R32 dst, R32 src, std::int8_t imm) {
    rex(dst.reg, src.reg), op(0x6b), direct(dst.reg, src.reg), op(static_cast<std::uint8_t>(imm));
  }
  void shift_one(Shift what, R64 dst) { rex_w(Gp::rax, dst.reg), op(0xd1), direct(digit(what), dst.reg); }
  void shift_one(Shift what, R32 dst) { rex(Gp::rax, dst.reg), op(0xd1), direct(digit(what), dst.reg); }
  void shift_imm8(Shift what, R64 dst, std::uint8_t count) {
    rex_w(Gp::rax, dst.reg), op(0xc1), direct(digit(what), dst.reg), op(count);
  }
  void shift_imm8(Shift what, R32 dst, std::uint8_t count) {
    rex(Gp::rax, dst.reg), op(0xc1), direct(digit(what), dst.reg), op(count);
  }
  /// By cl.
  void shift_cl(Shift what, R64 dst) { rex_w(Gp::rax, dst.reg), op(0xd3), direct(digit(what), dst.reg); }
  void shift_cl(Shift what, R32 dst) { rex(Gp::rax, dst.reg), op(0xd3), direct(digit(what), dst.reg); }

  /// shlx, shrx, sarx (BMI2): by any register, the flags stay.
  void shift_by(Shift what, R64 dst, R64 src, R64 count) { vex_shift(what, dst.reg, src.reg, count.reg, true); }
  void shift_by(Shift what, R32 dst, R32 src, R32 count) { vex_shift(what, dst.reg, src.reg, count.reg, false); }

  // --- byte order ---
  void bswap(R64 dst) {
    rex_w(Gp::rax, dst.reg), bytes({0x0f, static_cast<std::uint8_t>(0xc8 | low(dst.reg))});
  }
  void bswap(R32 dst) { rex_b(dst.reg), bytes({0x0f, static_cast<std::uint8_t>(0xc8 | low(dst.reg))}); }
  /// Rotates the low 16 bits; the others stay.
  void ror16_imm8(Gp dst, std::uint8_t count) {
    op(0x66), rex_b(dst), op(0xc1), direct(Gp::rcx, dst), op(count);
  }

  // --- atomic: with the lock prefix ---
  void lock_alu(Group1 what, Mem dst, R64 src) { op(0xf0), load(mr(what), src.reg, dst, true); }
  void lock_alu(Group1 what, Mem dst, R32 src) { op(0xf0), load(mr(what), src.reg, dst, false); }
  /// The old value comes back in src.
  void lock_xadd(Mem dst, R64 src) {
    op(0xf0), rex_mem(src.reg, dst, true), bytes({0x0f, 0xc1}), mem(src.reg, dst);
  }
  void lock_xadd(Mem dst, R32 src) {
    op(0xf0), rex_mem(src.reg, dst, false), bytes({0x0f, 0xc1}), mem(src.reg, dst);
  }
  void lock_xchg(Mem dst, R64 src) { op(0xf0), load(0x87, src.reg, dst, true); }
  void lock_xchg(Mem dst, R32 src) { op(0xf0), load(0x87, src.reg, dst, false); }
  /// Compares with rax (eax); equal: stores src, else loads rax.
  void lock_cmpxchg(Mem dst, R64 src) {
    op(0xf0), rex_mem(src.reg, dst, true), bytes({0x0f, 0xb1}), mem(src.reg, dst);
  }
  void lock_cmpxchg(Mem dst, R32 src) {
    op(0xf0), rex_mem(src.reg, dst, false), bytes({0x0f, 0xb1}), mem(src.reg, dst);
  }

  // --- stack and control ---
  void push(R64 reg) { rex_b(reg.reg), op(0x50 | low(reg.reg)); }
  void pop(R64 reg) { rex_b(reg.reg), op(0x58 | low(reg.reg)); }
  void leave() { op(0xc9); }
  void ret() { op(0xc3); }
  void int3() { op(0xcc); }
  void endbr64() { bytes({0xf3, 0x0f, 0x1e, 0xfa}); }
  void jmp(R64 target) { rex(Gp::rax, target.reg), op(0xff), direct(Gp::rsp, target.reg); }
  void call(R64 target) { rex(Gp::rax, target.reg), op(0xff), direct(Gp::rdx, target.reg); }
  void lfence() { bytes({0x0f, 0xae, 0xe8}); }
  /// Recommended nops of 2, 3 and 5 bytes (SDM: NOP).
  void nop2() { bytes({0x66, 0x90}); }
  void nop3() { bytes({0x0f, 0x1f, 0x00}); }
  void nop5() { bytes({0x0f, 0x1f, 0x44, 0x00, 0x00}); }
  /// `count` bytes in as few nops as can be, the longest (8 bytes) first, as the kernel fills.
  void nops(std::uint32_t count) {
    for (; count >= 8; count -= 8) bytes({0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00});
    switch (count) {
      case 7: bytes({0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00}); break;
      case 6: bytes({0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00}); break;
      case 5: nop5(); break;
      case 4: bytes({0x0f, 0x1f, 0x40, 0x00}); break;
      case 3: nop3(); break;
      case 2: nop2(); break;
      case 1: op(0x90); break;
    }
  }
  /// Jumps inside one template: the label is bound later, the distance fits 8 bits.
  void jcc(Cond cond, ShortLabel& label) {
    op(0x70 | static_cast<std::uint8_t>(cond));
    label.add(here());
    op(0);
  }
  void jmp(ShortLabel& label) {
    op(0xeb);
    label.add(here());
    op(0);
  }
  /// Back to a place of the same template.
  void jcc_back(Cond cond, std::uint32_t target) {
    const std::uint32_t distance = here() + 2 - target;
    assert(distance <= 128 && "a template's short jump fits 8 bits");
    op(0x70U | static_cast<unsigned>(cond)), op(static_cast<std::uint8_t>(0U - distance));
  }
  void bind(const ShortLabel& label) {
    label.each([&](std::uint32_t field) {
      const std::uint32_t distance = here() - field - 1;
      assert(distance <= 127 && "a template's short jump fits 8 bits");
      out_.patch8(field, static_cast<std::uint8_t>(distance));
    });
  }
  /// Opcode and a 32-bit distance that is filled in later; returns the offset of the field.
  std::uint32_t jmp_rel32() { return op(0xe9), rel32(); }
  std::uint32_t call_rel32() { return op(0xe8), rel32(); }
  /// Calls what lies `distance` bytes behind this call.
  void call_over(std::uint32_t distance) { op(0xe8), out_.u32(distance); }
  /// Jumps to what lies `distance` bytes behind this jump, or before its end where it is negative.
  void jmp_over(std::int32_t distance) { op(0xe9), imm32(distance); }
  std::uint32_t jcc_rel32(Cond cond) {
    return bytes({0x0f, static_cast<std::uint8_t>(0x80 | static_cast<unsigned>(cond))}), rel32();
  }

 private:
  static std::uint8_t low(Gp reg) { return static_cast<std::uint8_t>(reg) & 7; }
  static bool extended(Gp reg) { return static_cast<std::uint8_t>(reg) >= 8; }
  static Gp digit(Group1 what) { return static_cast<Gp>(what); }
  static Gp digit(Shift what) { return static_cast<Gp>(what); }
  static std::uint8_t mr(Group1 what) { return static_cast<std::uint8_t>(static_cast<unsigned>(what) * 8 + 1); }

  void op(unsigned value) { out_.u8(static_cast<std::uint8_t>(value)); }
  void bytes(std::initializer_list<std::uint8_t> values) { out_.bytes(values); }
  void imm32(std::int32_t imm) { out_.u32(static_cast<std::uint32_t>(imm)); }
  std::uint32_t rel32() {
    const std::uint32_t field = here();
    out_.u32(0);
    return field;
  }

  void rex_w(Gp reg, Gp rm) { op(0x48U | (extended(reg) ? 4U : 0U) | (extended(rm) ? 1U : 0U)); }
  void rex(Gp reg, Gp rm) {
    if (extended(reg) || extended(rm)) op(0x40U | (extended(reg) ? 4U : 0U) | (extended(rm) ? 1U : 0U));
  }
  void rex_b(Gp rm) { rex(Gp::rax, rm); }
  /// The same for a byte register: without a REX prefix codes 4 to 7 mean ah … bh.
  void rex8(Gp reg, Gp rm) {
    if (static_cast<unsigned>(rm) >= 4 && !extended(reg) && !extended(rm)) op(0x40);
    else rex(reg, rm);
  }
  void rex_mem(Gp reg, Mem m, bool wide, bool force = false) {
    const unsigned bits = (wide ? 8U : 0U) | (extended(reg) ? 4U : 0U) |
                          (m.has_index && extended(m.index) ? 2U : 0U) | (extended(m.base) ? 1U : 0U);
    if (bits != 0 || force) op(0x40U | bits);
  }
  /// The VEX prefix of three bytes (its register bits are inverted), map 0f38, opcode f7.
  void vex_shift(Shift what, Gp dst, Gp src, Gp count, bool wide) {
    const unsigned prefix = what == Shift::shl ? 1U : what == Shift::shr ? 3U : 2U;  // 66, f2, f3
    op(0xc4), op((extended(dst) ? 0U : 0x80U) | 0x40U | (extended(src) ? 0U : 0x20U) | 2U);
    op((wide ? 0x80U : 0U) | (~static_cast<unsigned>(count) & 15U) << 3 | prefix);
    op(0xf7), direct(dst, src);
  }
  void direct(Gp reg, Gp rm) { op(0xc0U | static_cast<unsigned>(low(reg)) << 3 | low(rm)); }
  void mem(Gp reg, Mem m) {
    const unsigned mod = m.form == Mem::Disp::none ? 0U : m.form == Mem::Disp::d8 ? 0x40U : 0x80U;
    const unsigned reg_bits = static_cast<unsigned>(low(reg)) << 3;
    const bool needs_sib = m.has_index || low(m.base) == 4;
    op(mod | reg_bits | (needs_sib ? 4U : low(m.base)));
    if (m.has_index) op(0xc0U | static_cast<unsigned>(low(m.index)) << 3 | low(m.base));
    else if (needs_sib) op(0x20U | low(m.base));
    if (m.form == Mem::Disp::d8) op(static_cast<std::uint8_t>(m.disp));
    if (m.form == Mem::Disp::d32) imm32(m.disp);
  }
  void load(unsigned opcode, Gp reg, Mem m, bool wide) { rex_mem(reg, m, wide), op(opcode), mem(reg, m); }
  void group1_imm8(Group1 what, Gp dst, std::int8_t imm) {
    op(0x83), direct(digit(what), dst), op(static_cast<std::uint8_t>(imm));
  }
  void group1_imm32(Group1 what, Gp dst, std::int32_t imm) { op(0x81), direct(digit(what), dst), imm32(imm); }

  jit::CodeBuffer& out_;
};

}  // namespace tailbound::x86_64

// Templates of the ALU instructions that need more than one machine instruction.
#pragma once

#include "jit/bpf/insn.hpp"
#include "jit/lower/walk.hpp"
#include "jit/x86_64/assembler.hpp"

namespace tailbound::x86_64 {

/// dst = imm, sign-extended to 64 bits.
void emit_mov_simm32(Assembler& a, Gp dst, std::int32_t imm);
/// dst = imm, zero-extended.
void emit_mov_imm32(Assembler& a, Gp dst, std::uint32_t imm);
/// The shortest form; one that extends the sign of 32 bits only where asked for.
void emit_mov_imm64(Assembler& a, Gp dst, std::uint64_t imm, bool sign_extend = false);

/// dst = dst op src by register (add, sub, or, and, xor, mov).
void emit_simple_alu(Assembler& a, bool wide, bpf::AluOp op, Gp dst, Gp src);
void emit_simple_alu(Assembler& a, bool wide, bpf::AluOp op, Gp dst, std::int32_t imm);

/// dst *= imm
void emit_multiply(Assembler& a, bool wide, Gp dst, std::int32_t imm);

using jit::Division;

/// A zero divisor gives quotient 0 and leaves the dividend as remainder; the least number divided by -1 is
/// itself, with remainder 0 (RFC 9669 section 4.1). Uses r9, r10 and r11, which hold no BPF register.
void emit_divide(Assembler& a, Division what, Gp dst, Gp src);
void emit_divide(Assembler& a, Division what, Gp dst, std::int32_t imm);

/// The count is taken modulo the width. Uses r10 and r11.
void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, Gp count);
void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, std::int32_t count);

}  // namespace tailbound::x86_64

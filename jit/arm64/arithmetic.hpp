// Templates of ALU instructions and comparisons (RFC 9669 sections 4.1 and 4.3).
#pragma once

#include "jit/arm64/assembler.hpp"
#include "jit/bpf/insn.hpp"
#include "jit/lower/walk.hpp"

namespace tailbound::arm64 {

/// dst = dst op src: all but division, neg and byte swaps. By a number it may use x10.
void emit_alu(Assembler& a, bpf::AluOp op, Sized dst, Sized src);
void emit_alu(Assembler& a, bpf::AluOp op, Sized dst, std::int32_t imm);

/// The machine gives 0 for a zero divisor and the least number for its division by -1, as the BPF standard has it.
/// Uses x10, by a number x11 too.
void emit_divide(Assembler& a, jit::Division what, Sized dst, Sized src);
void emit_divide(Assembler& a, jit::Division what, Sized dst, std::int32_t imm);

/// Flags of dst - src, or (`bits`) of dst & src. By a number it may use x10.
void emit_compare(Assembler& a, bool bits, Sized dst, Sized src);
void emit_compare(Assembler& a, bool bits, Sized dst, std::int32_t imm);

}  // namespace tailbound::arm64

// Templates as the kernel's JIT has them where ours differ: its registers to spare are rax, rdx and rcx, which
// it pushes, and checks stand in the bytecode (jit/bpf/from_translated.hpp).
#pragma once

#include "jit/lower/options.hpp"
#include "jit/x86_64/arithmetic.hpp"

namespace tailbound::x86_64::kernel {

/// Without a check of the divisor.
void emit_divide(Assembler& a, Division what, Gp dst, Gp src);
void emit_divide(Assembler& a, Division what, Gp dst, std::int32_t imm);

/// By a register.
void emit_shift(Assembler& a, bool wide, Shift what, Gp dst, Gp count, jit::Options::Shifts form);

}  // namespace tailbound::x86_64::kernel

// Atomic operations on memory (RFC 9669 section 5.3).
#pragma once

#include "jit/x86_64/assembler.hpp"

namespace tailbound::x86_64 {

/// The operation `imm` on 8 (wide) or 4 bytes at base + off; a fetching one leaves the old value in src,
/// compare and exchange in rax. Uses r10 and r11. false: no operation of RFC 9669.
bool emit_atomic(Assembler& a, bool wide, std::int32_t imm, Gp base, std::int16_t off, Gp src);
/// Compare and exchange of 4 bytes leaves rax as it was where the comparison holds: the upper half must be cleared.
bool needs_zero_extension(bool wide, std::int32_t imm);

}  // namespace tailbound::x86_64

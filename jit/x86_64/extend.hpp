// Sign extension and byte order (RFC 9669 sections 4.1, 4.2 and 5.2).
#pragma once

#include "jit/bpf/insn.hpp"
#include "jit/x86_64/assembler.hpp"

namespace tailbound::x86_64 {

/// dst = the low `bits` (8, 16 or, wide, 32) of src, signed; not wide, the upper half becomes 0.
void emit_move_signed(Assembler& a, bool wide, std::int16_t bits, Gp dst, Gp src);
/// dst = the value at `from`, signed; a width of 8 bytes has nothing to extend.
void emit_load_signed(Assembler& a, bpf::Width width, R64 dst, Mem from);

/// Reverses the low `bits` (16, 32 or 64) and clears the rest.
void emit_byte_swap(Assembler& a, std::int32_t bits, Gp dst);
/// Clears all but the low `bits`: what a little-endian machine does for a swap to little-endian.
void emit_truncate(Assembler& a, std::int32_t bits, Gp dst);

}  // namespace tailbound::x86_64

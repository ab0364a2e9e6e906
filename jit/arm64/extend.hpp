// Sign extension and byte order (RFC 9669 sections 4.1, 4.2 and 5.2).
#pragma once

#include "jit/arm64/assembler.hpp"

namespace tailbound::arm64 {

/// dst = the low `bits` (8, 16 or, wide, 32) of src, signed; not wide, the upper half becomes 0.
void emit_move_signed(Assembler& a, std::int16_t bits, Sized dst, Sized src);
/// Reverses the low `bits` (16, 32 or 64) and clears the rest.
void emit_byte_swap(Assembler& a, bool wide, std::int32_t bits, Gp dst);
/// Clears all but the low `bits`: what a little-endian machine does for a swap to little-endian.
void emit_truncate(Assembler& a, std::int32_t bits, Gp dst);

}  // namespace tailbound::arm64

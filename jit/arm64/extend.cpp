#include "jit/arm64/extend.hpp"

namespace tailbound::arm64 {

void emit_move_signed(Assembler& a, std::int16_t bits, Sized dst, Sized src) {
  assert((bits == 8 || bits == 16 || (dst.wide && bits == 32)) && "the instruction table has no other width");
  if (bits == 8) a.sxtb(dst, src);
  else if (bits == 16) a.sxth(dst, src);
  else a.sxtw(X{dst.reg}, X{src.reg});
}

void emit_byte_swap(Assembler& a, bool wide, std::int32_t bits, Gp dst) {
  assert((bits == 16 || bits == 32 || bits == 64) && "the instruction table has no other width");
  if (bits == 16) {
    a.rev16({dst, wide}, {dst, wide});
    a.uxth({dst, wide}, {dst, wide});
  } else if (bits == 32) {
    a.rev(W{dst}, W{dst});
  } else {
    a.rev(X{dst}, X{dst});
  }
}

void emit_truncate(Assembler& a, std::int32_t bits, Gp dst) {
  assert((bits == 16 || bits == 32 || bits == 64) && "the instruction table has no other width");
  if (bits == 16) a.uxth(W{dst}, W{dst});
  if (bits == 32) a.ubfm(W{dst}, W{dst}, 0, 31);
}

}  // namespace tailbound::arm64

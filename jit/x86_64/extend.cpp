#include "jit/x86_64/extend.hpp"

namespace tailbound::x86_64 {

void emit_move_signed(Assembler& a, bool wide, std::int16_t bits, Gp dst, Gp src) {
  assert((bits == 8 || bits == 16 || (wide && bits == 32)) && "the instruction table has no other width");
  if (bits == 8) wide ? a.movsx8(R64{dst}, R64{src}) : a.movsx8(R32{dst}, R32{src});
  else if (bits == 16) wide ? a.movsx16(R64{dst}, R64{src}) : a.movsx16(R32{dst}, R32{src});
  else a.movsx32(R64{dst}, R64{src});
}

void emit_load_signed(Assembler& a, bpf::Width width, R64 dst, Mem from) {
  switch (width) {
    case bpf::Width::b1:
      return a.movsx8(dst, from);
    case bpf::Width::b2:
      return a.movsx16(dst, from);
    case bpf::Width::b4:
      return a.movsx32(dst, from);
    case bpf::Width::b8:
      return a.mov(dst, from);
  }
}

void emit_byte_swap(Assembler& a, std::int32_t bits, Gp dst) {
  assert((bits == 16 || bits == 32 || bits == 64) && "the instruction table has no other width");
  if (bits == 16) {
    a.ror16_imm8(dst, 8);
    a.movzx16(R32{dst}, R32{dst});
  } else if (bits == 32) {
    a.bswap(R32{dst});
  } else {
    a.bswap(R64{dst});
  }
}

void emit_truncate(Assembler& a, std::int32_t bits, Gp dst) {
  assert((bits == 16 || bits == 32 || bits == 64) && "the instruction table has no other width");
  if (bits == 16) a.movzx16(R32{dst}, R32{dst});
  if (bits == 32) a.mov(R32{dst}, R32{dst});
}

}  // namespace tailbound::x86_64

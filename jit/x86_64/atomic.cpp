#include "jit/x86_64/atomic.hpp"

#include "jit/lower/walk.hpp"

namespace tailbound::x86_64 {

namespace {

namespace operation = jit::atomic_operation;

void compare_exchange(Assembler& a, bool wide, Mem place, Gp src) {
  wide ? a.lock_cmpxchg(place, R64{src}) : a.lock_cmpxchg(place, R32{src});
}

/// There is no machine instruction: compare and exchange until nobody came between. That needs rax, so r0 waits
/// in r10, and where an operand is r0 it is read there.
void fetch_by_loop(Assembler& a, bool wide, Group1 what, Gp base, std::int16_t off, Gp src) {
  const Gp operand = src == Gp::rax ? Gp::r10 : src;
  const Mem place = at(R64{base == Gp::rax ? Gp::r10 : base}, off);
  a.mov(r10, rax);
  const std::uint32_t again = a.here();
  wide ? a.mov(rax, place) : a.mov(eax, place);
  wide ? a.mov(r11, rax) : a.mov(r11d, eax);
  wide ? a.alu(what, r11, R64{operand}) : a.alu(what, r11d, R32{operand});
  compare_exchange(a, wide, place, Gp::r11);
  a.jcc_back(Cond::ne, again);
  wide ? a.mov(R64{operand}, rax) : a.mov(R32{operand}, eax);
  a.mov(rax, r10);
}

void plain(Assembler& a, bool wide, Group1 what, Mem place, Gp src) {
  wide ? a.lock_alu(what, place, R64{src}) : a.lock_alu(what, place, R32{src});
}

}  // namespace

bool emit_atomic(Assembler& a, bool wide, std::int32_t imm, Gp base, std::int16_t off, Gp src) {
  const Mem place = at(R64{base}, off);
  switch (imm) {
    case operation::add:
      plain(a, wide, Group1::add, place, src);
      return true;
    case operation::bit_or:
      plain(a, wide, Group1::bit_or, place, src);
      return true;
    case operation::bit_and:
      plain(a, wide, Group1::bit_and, place, src);
      return true;
    case operation::bit_xor:
      plain(a, wide, Group1::bit_xor, place, src);
      return true;
    case operation::add | operation::fetch:
      wide ? a.lock_xadd(place, R64{src}) : a.lock_xadd(place, R32{src});
      return true;
    case operation::bit_or | operation::fetch:
      fetch_by_loop(a, wide, Group1::bit_or, base, off, src);
      return true;
    case operation::bit_and | operation::fetch:
      fetch_by_loop(a, wide, Group1::bit_and, base, off, src);
      return true;
    case operation::bit_xor | operation::fetch:
      fetch_by_loop(a, wide, Group1::bit_xor, base, off, src);
      return true;
    case operation::xchg:
      wide ? a.lock_xchg(place, R64{src}) : a.lock_xchg(place, R32{src});
      return true;
    case operation::cmpxchg:
      compare_exchange(a, wide, place, src);
      return true;
  }
  return false;  // an open set of numbers
}

bool needs_zero_extension(bool wide, std::int32_t imm) { return !wide && imm == operation::cmpxchg; }

}  // namespace tailbound::x86_64

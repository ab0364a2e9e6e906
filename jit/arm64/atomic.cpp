#include "jit/arm64/atomic.hpp"

#include "jit/arm64/literal.hpp"
#include "jit/lower/walk.hpp"

namespace tailbound::arm64 {

namespace {

namespace operation = jit::atomic_operation;

Sized as_wide_as(Sized other, X reg) { return {reg.reg, other.wide}; }

/// The operand's address, in x10 where it has an offset.
X address(Assembler& a, const Atomic& atomic) {
  if (atomic.off == 0) return atomic.base;
  emit_mov(a, scratch, std::int32_t{atomic.off});
  a.add(scratch, scratch, atomic.base);
  return scratch;
}

/// There is no atomic and, but an and-not.
Sized inverted(Assembler& a, Sized src) {
  const Sized mask = as_wide_as(src, scratch2);
  a.mvn(mask, src);
  return mask;
}

bool is_known(std::int32_t number) {
  switch (number & ~operation::fetch) {
    case operation::add:
    case operation::bit_or:
    case operation::bit_and:
    case operation::bit_xor: return true;
  }
  return number == operation::xchg || number == operation::cmpxchg;
}

void by_one_instruction(Assembler& a, std::int32_t number, X place, Sized src) {
  const Sized r0 = as_wide_as(src, X{bpf_register[0]});
  switch (number) {
    case operation::add: return a.stadd(src, place);
    case operation::bit_or: return a.stset(src, place);
    case operation::bit_and: return a.stclr(inverted(a, src), place);
    case operation::bit_xor: return a.steor(src, place);
    case operation::add | operation::fetch: return a.ldaddal(src, src, place);
    case operation::bit_or | operation::fetch: return a.ldsetal(src, src, place);
    case operation::bit_and | operation::fetch: return a.ldclral(inverted(a, src), src, place);
    case operation::bit_xor | operation::fetch: return a.ldeoral(src, src, place);
    case operation::xchg: return a.swpal(src, src, place);
    case operation::cmpxchg: return a.casal(r0, src, place);
  }
}

void combine(Assembler& a, std::int32_t number, Sized d, Sized n, Sized m) {
  switch (number & ~operation::fetch) {
    case operation::add: return a.add(d, n, m);
    case operation::bit_or: return a.orr(d, n, m);
    case operation::bit_and: return a.and_(d, n, m);
    case operation::bit_xor: return a.eor(d, n, m);
  }
}

/// Jumps back to `again` while the store did not succeed.
void retry(Assembler& a, std::uint32_t again) { a.cbnz(w12, static_cast<std::int32_t>(again - a.here())); }

void exchange(Assembler& a, X place, Sized src) {
  const Sized value = as_wide_as(src, scratch2);
  a.add(value, src, Imm12(0));
  const std::uint32_t again = a.here();
  a.ldxr(src, place);
  a.stlxr(w12, value, place);
  retry(a, again);
  a.dmb_ish();
}

void compare_exchange(Assembler& a, X place, Sized src) {
  const Sized r0 = as_wide_as(src, X{bpf_register[0]});
  const Sized expected = as_wide_as(src, scratch2);
  const Sized different = as_wide_as(src, scratch3);
  a.add(expected, r0, Imm12(0));
  const std::uint32_t again = a.here();
  a.ldxr(r0, place);
  a.eor(different, r0, expected);
  a.cbnz(different, 4 * static_cast<std::int32_t>(word_bytes));  // behind the retry
  a.stlxr(w12, src, place);
  retry(a, again);
  a.dmb_ish();
}

void fetch(Assembler& a, std::int32_t number, X place, Sized src) {
  const Sized operand = as_wide_as(src, x9);
  const Sized result = as_wide_as(src, scratch2);
  a.add(operand, src, Imm12(0));
  const std::uint32_t again = a.here();
  a.ldxr(src, place);
  combine(a, number, result, src, operand);
  a.stlxr(w12, result, place);
  retry(a, again);
  a.dmb_ish();
}

void plain(Assembler& a, std::int32_t number, X place, Sized src) {
  const Sized value = as_wide_as(src, scratch2);
  const std::uint32_t again = a.here();
  a.ldxr(value, place);
  combine(a, number, value, value, src);
  a.stxr(w12, value, place);
  retry(a, again);
}

void by_exclusives(Assembler& a, std::int32_t number, X place, Sized src) {
  if (number == operation::xchg) return exchange(a, place, src);
  if (number == operation::cmpxchg) return compare_exchange(a, place, src);
  (number & operation::fetch) != 0 ? fetch(a, number, place, src) : plain(a, number, place, src);
}

}  // namespace

bool emit_atomic(Assembler& a, const Atomic& atomic, bool exclusive) {
  if (!is_known(atomic.operation)) return false;
  const X place = address(a, atomic);
  if (exclusive) by_exclusives(a, atomic.operation, place, atomic.src);
  else by_one_instruction(a, atomic.operation, place, atomic.src);
  return true;
}

}  // namespace tailbound::arm64

// The interpreter's loads, stores and bounds.
#include <cstdint>
#include <string_view>

#include <gtest/gtest.h>
// gtest first
#include <rapidcheck/gtest.h>

#include "tests/oracles/engine/hand_made.hpp"
#include "tests/oracles/engine/words.hpp"

namespace tailbound {
namespace {

namespace build = bpf::build;
using bpf::AluOp;
using bpf::Insn;
using bpf::Reg;
using bpf::Width;
using hand_made::Code;
using hand_made::joined;
using hand_made::load_map_value;
using hand_made::load_value;
using hand_made::observed;
using hand_made::observed_again;

constexpr std::int32_t cell_bytes = 8 * hand_made::cell_count;

rc::Gen<Width> any_width() { return rc::gen::element(Width::b1, Width::b2, Width::b4, Width::b8); }

int bytes(Width width) { return static_cast<int>(width); }

std::uint64_t low_bytes(std::uint64_t value, Width width) {
  return width == Width::b8 ? value : value % (std::uint64_t{1} << (8 * bytes(width)));
}

Insn sign_extending(Insn load) {
  load.opcode = static_cast<std::uint8_t>((load.opcode & ~bpf::opcode::mode_mask) | bpf::opcode::mode_memsx);
  return load;
}

std::uint64_t result(const Code& code) {
  const RunObservation& seen = observed_again(hand_made::lowered({code}));
  EXPECT_EQ(seen.status, RunStatus::finished) << seen.fault.kind << " at " << seen.fault.pc;
  return seen.return_value;
}

void expect_fault(const Code& code, std::string_view kind, std::uint64_t pc) {
  const RunObservation seen = observed(code);
  EXPECT_EQ(seen.status, RunStatus::fault);
  EXPECT_EQ(seen.fault.kind, kind);
  EXPECT_EQ(seen.fault.pc, pc);
}

RC_GTEST_PROP(InterpreterMemory, WhatIsStoredOnTheStackIsLoadedZeroExtended, ()) {
  const auto width = *any_width();
  const auto value = *words::any_word();
  const auto off = static_cast<std::int16_t>(*rc::gen::inRange(-512, -bytes(width) + 1));
  const auto loaded = result(joined({load_value(Reg::r1, value),
                                     {build::store(width, Reg::r10, off, Reg::r1),
                                      build::load(width, Reg::r0, Reg::r10, off), build::exit()}}));
  RC_ASSERT(loaded == low_bytes(value, width));
}

RC_GTEST_PROP(InterpreterMemory, StoresOfImmediatesKeepTheirLowBytesSignExtended, ()) {
  const auto width = *any_width();
  const auto imm = *words::any_imm();
  const auto loaded = result(
      {build::store(width, Reg::r10, -8, imm), build::load(width, Reg::r0, Reg::r10, -8), build::exit()});
  RC_ASSERT(loaded == low_bytes(static_cast<std::uint64_t>(std::int64_t{imm}), width));
}

RC_GTEST_PROP(InterpreterMemory, SignExtendingLoadsCopyTheTopBit, ()) {
  const auto width = *rc::gen::element(Width::b1, Width::b2, Width::b4);
  const auto value = *words::any_word();
  const auto loaded =
      result(joined({load_value(Reg::r1, value),
                     {build::store(Width::b8, Reg::r10, -8, Reg::r1),
                      sign_extending(build::load(width, Reg::r0, Reg::r10, -8)), build::exit()}}));
  const std::uint64_t low = low_bytes(value, width);
  const std::uint64_t top = std::uint64_t{1} << (8 * bytes(width) - 1);
  RC_ASSERT(loaded == (low >= top ? low - 2 * top : low));
}

RC_GTEST_PROP(InterpreterMemory, AStoreChangesItsBytesOnly, ()) {
  const auto width = *any_width();
  const auto old = *words::any_word();
  const auto value = *words::any_word();
  const int at = *rc::gen::inRange(0, 8 - bytes(width) + 1);
  const auto seen = observed_again(hand_made::lowered(
      {joined({load_map_value(Reg::r6, hand_made::cells_map, 8),
               load_value(Reg::r1, old),
               load_value(Reg::r2, value),
               {build::store(Width::b8, Reg::r6, 0, Reg::r1),
                build::store(width, Reg::r6, static_cast<std::int16_t>(at), Reg::r2), build::exit()}})}));
  std::uint64_t want = 0;
  for (int byte = 7; byte >= 0; --byte) {
    const bool stored = byte >= at && byte < at + bytes(width);
    want = want << 8 | ((stored ? value >> (8 * (byte - at)) : old >> (8 * byte)) & 0xff);
  }
  RC_ASSERT(seen.cells == (std::vector<std::uint64_t>{100, want, 300, 400}));
}

RC_GTEST_PROP(InterpreterMemory, AnAccessIsTakenExactlyWhenItLiesInsideTheMap, ()) {
  const auto width = *any_width();
  const auto off = static_cast<std::int16_t>(*rc::gen::inRange(-20, cell_bytes + 20));
  const bool writes = *rc::gen::arbitrary<bool>();
  const Insn access = writes ? build::store(width, Reg::r6, off, 0) : build::load(width, Reg::r0, Reg::r6, off);
  const RunObservation seen = observed_again(hand_made::lowered({joined(
      {load_map_value(Reg::r6, hand_made::cells_map, 0), {access, build::mov(Reg::r0, 0), build::exit()}})}));
  const bool inside = off >= 0 && off + bytes(width) <= cell_bytes;
  RC_ASSERT(seen.status == (inside ? RunStatus::finished : RunStatus::fault));
  if (!inside) RC_ASSERT(seen.fault.kind == "bad pointer" && seen.fault.pc == 2U);
}

RC_GTEST_PROP(InterpreterMemory, AnAccessIsTakenExactlyWhenItLiesInsideTheFrame, ()) {
  const auto width = *any_width();
  const auto off =
      static_cast<std::int16_t>(*rc::gen::oneOf(rc::gen::inRange(-530, -500), rc::gen::inRange(-12, 12)));
  const bool writes = *rc::gen::arbitrary<bool>();
  const Insn access =
      writes ? build::store(width, Reg::r10, off, 0) : build::load(width, Reg::r0, Reg::r10, off);
  const RunObservation seen =
      observed_again(hand_made::lowered({{access, build::mov(Reg::r0, 0), build::exit()}}));
  const bool inside = off >= -512 && off + bytes(width) <= 0;
  RC_ASSERT(seen.status == (inside ? RunStatus::finished : RunStatus::fault));
}

RC_GTEST_PROP(InterpreterMemory, AnyNumberThatIsNoAddressIsABadPointer, ()) {
  // Addresses of live regions have small upper halves.
  const auto address = *rc::gen::suchThat(
      words::any_word(), [](std::uint64_t word) { return (word >> 32) == 0 || (word >> 32) > 16; });
  const auto width = *any_width();
  const RunObservation seen = observed_again(hand_made::lowered(
      {joined({load_value(Reg::r1, address), {build::load(width, Reg::r0, Reg::r1, 0), build::exit()}})}));
  RC_ASSERT(seen.status == RunStatus::fault);
  RC_ASSERT(seen.fault.kind == "bad pointer");
  RC_ASSERT(seen.fault.address == address);
}

TEST(InterpreterMemory, TheContextIsSixtyFourZeroBytesThatCannotBeWritten) {
  EXPECT_EQ(result({build::load(Width::b8, Reg::r0, Reg::r1, 0), build::exit()}), 0U);
  EXPECT_EQ(result({build::load(Width::b8, Reg::r0, Reg::r1, 56), build::exit()}), 0U);
  expect_fault({build::load(Width::b8, Reg::r0, Reg::r1, 57), build::exit()}, "bad pointer", 0);
  expect_fault({build::store(Width::b1, Reg::r1, 0, 1), build::exit()}, "bad pointer", 0);
  expect_fault({build::mov(Reg::r2, 1), Insn{0xdb, 1, 2, 0, 0}, build::exit()}, "bad pointer", 1);
}

TEST(InterpreterMemory, AMapItselfCannotBeRead) {
  expect_fault(joined({hand_made::load_map(Reg::r1, hand_made::cells_map),
                       {build::load(Width::b1, Reg::r0, Reg::r1, 0), build::exit()}}),
               "bad pointer", 2);
}

TEST(InterpreterMemory, MapValueLoadsCarryAnOffset) {
  EXPECT_EQ(result(joined({load_map_value(Reg::r1, hand_made::pool_map, 16),
                           {build::load(Width::b8, Reg::r0, Reg::r1, 0), build::exit()}})),
            33U);
}

TEST(InterpreterMemory, AFreshFrameHoldsNoZeros) {
  EXPECT_NE(result({build::load(Width::b8, Reg::r0, Reg::r10, -512), build::exit()}), 0U);
  EXPECT_NE(result({build::load(Width::b8, Reg::r0, Reg::r10, -8), build::exit()}), 0U);
}

TEST(InterpreterMemory, AnAddressBelongsToItsFrameUntilThatReturns) {
  // The callee stores through the caller's pointer and returns one to its own frame.
  const Code code = {build::mov(Reg::r1, Reg::r10),
                     build::store(Width::b8, Reg::r10, -8, 1),
                     build::call_local(3),
                     build::load(Width::b8, Reg::r6, Reg::r10, -8),
                     build::load(Width::b8, Reg::r7, Reg::r0, -8),  // dead frame
                     build::exit(),
                     build::store(Width::b8, Reg::r1, -8, 77),
                     build::store(Width::b8, Reg::r10, -8, 88),
                     build::mov(Reg::r0, Reg::r10),
                     build::exit()};
  expect_fault(code, "bad pointer", 4);
  Code alive = code;
  alive[4] = build::mov(Reg::r0, Reg::r6);
  EXPECT_EQ(result(alive), 77U);
}

// --- atomics -------------------------------------------------------------------------------------------------

struct Atomic {
  std::string_view name;
  std::int32_t imm;
  bool fetches;
  std::uint64_t (*next)(std::uint64_t old, std::uint64_t operand);
};

const std::vector<Atomic>& atomics() {
  static const auto sum = [](std::uint64_t a, std::uint64_t b) { return a + b; };
  static const auto either = [](std::uint64_t a, std::uint64_t b) { return a | b; };
  static const auto both = [](std::uint64_t a, std::uint64_t b) { return a & b; };
  static const auto differing = [](std::uint64_t a, std::uint64_t b) { return a ^ b; };
  static const auto second = [](std::uint64_t, std::uint64_t b) { return b; };
  static const std::vector<Atomic> all = {
      {"add", 0x00, false, sum},        {"fetch_add", 0x01, true, sum},       {"or", 0x40, false, either},
      {"fetch_or", 0x41, true, either}, {"and", 0x50, false, both},           {"fetch_and", 0x51, true, both},
      {"xor", 0xa0, false, differing},  {"fetch_xor", 0xa1, true, differing}, {"xchg", 0xe1, true, second},
  };
  return all;
}

Insn atomic(Width width, Reg base, Reg src, std::int32_t imm) {
  const std::uint8_t opcode = width == Width::b8 ? 0xdb : 0xc3;
  return {opcode, build::num(base), build::num(src), 0, imm};
}

/// The cell afterwards, and r0, after `insn` on cell 0 (r1) with r2 and r0 set.
struct AfterAtomic {
  std::uint64_t cell, r2, r0;
};
AfterAtomic after(const Insn& insn, std::uint64_t old, std::uint64_t r2, std::uint64_t r0) {
  const Code code = joined({load_map_value(Reg::r1, hand_made::cells_map, 0),
                            load_value(Reg::r3, old),
                            load_value(Reg::r2, r2),
                            load_value(Reg::r0, r0),
                            {build::store(Width::b8, Reg::r1, 0, Reg::r3), insn,
                             build::store(Width::b8, Reg::r1, 8, Reg::r2), build::exit()}});
  const RunObservation& seen = observed_again(hand_made::lowered({code}));
  EXPECT_EQ(seen.status, RunStatus::finished) << seen.fault.kind;
  return {seen.cells[0], seen.cells[1], seen.return_value};
}

constexpr std::uint64_t low32 = 0xffffffff;

RC_GTEST_PROP(InterpreterAtomic, ChangesTheCellAndFetchesItsOldValue, ()) {
  const auto row = *rc::gen::elementOf(atomics());
  const auto width = *rc::gen::element(Width::b4, Width::b8);
  const auto old = *words::any_word();
  const auto operand = *words::any_word();
  const AfterAtomic seen = after(atomic(width, Reg::r1, Reg::r2, row.imm), old, operand, 5);
  const std::uint64_t next = row.next(old, operand);
  RC_LOG() << row.name << "\n";
  RC_ASSERT(seen.cell == (width == Width::b8 ? next : (old & ~low32) | (next & low32)));
  RC_ASSERT(seen.r2 == (row.fetches ? low_bytes(old, width) : operand));
  RC_ASSERT(seen.r0 == 5U);
}

RC_GTEST_PROP(InterpreterAtomic, CompareAndExchangeStoresOnlyOnEqualsAndAlwaysFetchesToR0, ()) {
  const auto width = *rc::gen::element(Width::b4, Width::b8);
  const auto old = *words::any_word();
  const auto operand = *words::any_word();
  const auto r0 =
      *rc::gen::oneOf(words::any_word(), rc::gen::just(old), rc::gen::just(old ^ (std::uint64_t{1} << 40)));
  const AfterAtomic seen = after(atomic(width, Reg::r1, Reg::r2, 0xf1), old, operand, r0);
  const bool equal = low_bytes(old, width) == low_bytes(r0, width);
  const std::uint64_t next = equal ? operand : old;
  RC_ASSERT(seen.cell == (width == Width::b8 ? next : (old & ~low32) | (next & low32)));
  RC_ASSERT(seen.r0 == low_bytes(old, width));
  RC_ASSERT(seen.r2 == operand);
}

TEST(InterpreterAtomic, StaysInsideItsMap) {
  Insn insn = atomic(Width::b8, Reg::r1, Reg::r2, 0);
  insn.off = cell_bytes - 7;
  expect_fault(
      joined({load_map_value(Reg::r1, hand_made::cells_map, 0), {build::mov(Reg::r2, 1), insn, build::exit()}}),
      "bad pointer", 3);
}

}  // namespace
}  // namespace tailbound

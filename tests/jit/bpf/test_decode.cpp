// The instruction table, what a slot may hold, what a program may hold, and slots as bytes.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include <rapidcheck/gtest.h>

#include "jit/bpf/decode.hpp"
#include "tests/jit/bpf/random_insn.hpp"

namespace tailbound::bpf {
namespace {

using namespace tailbound::bpf::testing;

// ---- the table ----

RC_GTEST_PROP(InsnTable, EveryRowIsFoundAndValidWithAnyOperands, ()) {
  for (const InsnRow& row : insn_table()) {
    const Insn insn = draw_slot(row);
    RC_ASSERT(find_row(insn) == &row);
    RC_ASSERT(slot_fault(insn) == "");
  }
}

RC_GTEST_PROP(InsnTable, NoRowMeansAFault, ()) {
  const Insn insn = draw_any_slot();
  const bool found = find_row(insn) != nullptr;
  RC_ASSERT(found || slot_fault(insn) != "");
}

RC_GTEST_PROP(InsnTable, ARowFoundHasTheSlotsOpcode, ()) {
  const Insn insn = draw_any_slot();
  const InsnRow* row = find_row(insn);
  const bool found = row != nullptr;  // RapidCheck cannot print a null row
  RC_PRE(found);
  RC_ASSERT(row->opcode == insn.opcode);
}

TEST(InsnTable, MnemonicsAreUnique) {
  std::set<std::string_view> seen;
  for (const InsnRow& row : insn_table()) EXPECT_TRUE(seen.insert(row.mnemonic).second) << row.mnemonic;
}

void insert_both_sources(std::set<int>& opcodes, int code) {
  opcodes.insert({code, code | opcode::src_register});
}

/// The opcodes as RFC 9669 builds them from class, code, source, mode and size.
std::set<int> opcodes_by_the_rules() {
  using namespace opcode;
  std::set<int> opcodes{load_imm64, call, opcode::exit, ja, ja32};
  opcodes.insert({0x84, 0x87, 0xd4, 0xdc, 0xd7});  // neg and byte swaps: one source bit only
  for (int code : {0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0}) {
    for (int alu : {alu32, alu64}) insert_both_sources(opcodes, code | alu);
  }
  for (int code : {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0}) {
    for (int jump : {jmp, jmp32}) insert_both_sources(opcodes, code | jump);
  }
  for (int size : {size_b, size_h, size_w, size_dw}) {
    for (int memory : {ldx, st, stx}) opcodes.insert(mode_mem | size | memory);
    if (size != size_dw) opcodes.insert(mode_memsx | size | ldx);
    if (size == size_dw || size == size_w) opcodes.insert(mode_atomic | size | stx);
  }
  return opcodes;
}

TEST(InsnTable, HoldsExactlyTheOpcodesThatTheRulesGive) {
  std::set<int> in_table;
  for (const InsnRow& row : insn_table()) in_table.insert(row.opcode);
  EXPECT_EQ(in_table, opcodes_by_the_rules());
}

TEST(InsnTable, HoldsEveryInstructionOnce) { EXPECT_EQ(insn_table().size(), 158U); }

// ---- one slot ----

bool uses_off(Form form) {
  return form == Form::load || form == Form::load_sx || form == Form::store_imm || form == Form::store_reg ||
         form == Form::atomic || form == Form::jump_imm || form == Form::jump_reg ||
         form == Form::jump_always;
}

RC_GTEST_PROP(SlotFault, AnOffThatIsNotUsedMakesAFaultOrAnotherInstruction, ()) {
  const InsnRow& row = draw_row();
  RC_PRE(!uses_off(row.form));
  Insn insn = draw_slot(row);
  insn.off = *rc::gen::distinctFrom(edgy<std::int16_t>(), row.off);
  RC_ASSERT(find_row(insn) != &row || slot_fault(insn) != "");
}

RC_GTEST_PROP(SlotFault, ARegisterAboveTheLastIsRefused, ()) {
  Insn insn = draw_slot(draw_row());
  const auto above = *rc::gen::inRange<std::uint8_t>(11, 16);
  (*rc::gen::arbitrary<bool>() ? insn.dst : insn.src) = above;
  RC_ASSERT(slot_fault(insn) != "");
}

struct SlotRow {
  const char* name;
  Insn insn;
  const char* fault;  // a part of the sentence; empty: valid
};

const SlotRow slot_rows[] = {
    {"UndefinedOpcode", {0xff, 0, 0, 0, 0}, "undefined opcode"},
    {"ZeroOpcode", {0x00, 0, 0, 0, 0}, "undefined opcode"},
    {"IndirectCallIsNoInstruction", {0x8d, 0, 0, 0, 0}, "undefined opcode"},
    {"SourceBitOnAlu64Swap", {0xdf, 0, 0, 0, 16}, "undefined opcode"},
    {"LegacyAbs", {0x30, 0, 0, 0, 14}, "legacy packet access"},
    {"LegacyInd", {0x48, 0, 1, 0, 14}, "legacy packet access"},
    {"LoadAcquire", {0xdb, 0, 1, 0, 0x100}, "not in RFC 9669"},
    {"StoreReleaseOfAByte", {0xd3, 1, 0, 0, 0x110}, "not in RFC 9669"},
    {"AtomicSubDoesNotExist", {0xdb, 1, 2, 0, 0x10}, "no atomic operation"},
    {"XchgWithoutFetch", {0xdb, 1, 2, 0, 0xe0}, "no atomic operation"},
    {"ByteAtomic", {0xd3, 1, 2, 0, 0}, "undefined opcode"},
    {"DivisionOff2", {0x37, 1, 0, 2, 3}, "expected 0 (unsigned) or 1 (signed)"},
    {"SignedMultiplication", {0x27, 1, 0, 1, 3}, "off is not used"},
    {"MoveOff1", {0xbf, 1, 2, 1, 0}, "no width of a sign-extending move"},
    {"Move32Off32", {0xbc, 1, 2, 32, 0}, "no width of a sign-extending move"},
    {"MoveImmOff8", {0xb7, 1, 0, 8, 0}, "off is not used"},
    {"Swap8", {0xd4, 1, 0, 0, 8}, "expected 16, 32 or 64"},
    {"SrcOfAnImmediateForm", {0x07, 1, 2, 0, 5}, "src is not used"},
    {"ImmOfARegisterForm", {0x0f, 1, 2, 0, 5}, "imm is not used"},
    {"NegImm", {0x87, 1, 0, 0, 5}, "imm is not used"},
    {"LoadImm", {0x79, 1, 2, 0, 5}, "imm is not used"},
    {"StoreImmSrc", {0x7a, 1, 2, 0, 5}, "src is not used"},
    {"StoreRegImm", {0x7b, 1, 2, 0, 5}, "imm is not used"},
    {"JumpDst", {0x05, 1, 0, 0, 0}, "dst is not used"},
    {"JumpImm", {0x05, 0, 0, 0, 1}, "imm is not used"},
    {"LongJumpOff", {0x06, 0, 0, 1, 1}, "off is not used"},
    {"CallOff", {0x85, 0, 2, 1, 1}, "off is not used"},
    {"CallSrc3", {0x85, 0, 3, 0, 1}, "no kind of call"},
    {"ExitImm", {0x95, 0, 0, 0, 1}, "imm is not used"},
    {"LoadImm64Src7", {0x18, 1, 7, 0, 1}, "no kind of two-slot load"},
    {"Dst11", {0x07, 11, 0, 0, 5}, "dst is above the last register"},
    {"Src11", {0x0f, 1, 11, 0, 0}, "src is above the last register"},
    {"AddToFramePointer", {0x07, 10, 0, 0, 8}, "frame pointer"},
    {"LoadIntoFramePointer", {0x79, 10, 1, 0, 0}, "frame pointer"},
    {"TwoSlotLoadIntoFramePointer", {0x18, 10, 0, 0, 0}, "frame pointer"},
    {"FetchIntoFramePointer", {0xdb, 1, 10, 0, 1}, "frame pointer"},
    {"XchgIntoFramePointer", {0xdb, 1, 10, 0, 0xe1}, "frame pointer"},
    {"AddOfFramePointerWithoutFetch", {0xdb, 1, 10, 0, 0}, ""},
    {"CmpxchgAnswersInR0", {0xdb, 1, 10, 0, 0xf1}, ""},
    {"StoreThroughFramePointer", {0x7b, 10, 1, -8, 0}, ""},
    {"StoreOfFramePointer", {0x7b, 1, 10, -8, 0}, ""},
    {"CompareFramePointer", {0x1d, 10, 10, 0, 0}, ""},
};

class SlotTable : public ::testing::TestWithParam<SlotRow> {};

TEST_P(SlotTable, FaultIsNamed) {
  const std::string_view fault = slot_fault(GetParam().insn);
  const std::string_view want = GetParam().fault;
  EXPECT_EQ(fault.empty(), want.empty()) << '"' << fault << '"';
  EXPECT_NE(fault.find(want), std::string_view::npos) << '"' << fault << '"';
}

INSTANTIATE_TEST_SUITE_P(SlotFault, SlotTable, ::testing::ValuesIn(slot_rows),
                         [](const auto& row) { return row.param.name; });

// ---- a program ----

RC_GTEST_PROP(Validate, AcceptsRandomProgramsWithTargetsOnFirstSlots, ()) {
  const auto checked = validate(draw_program());
  RC_ASSERT(checked.has_value());
}

RC_GTEST_PROP(Validate, NamesTheSlotThatIsNoInstruction, ()) {
  auto program = draw_program();
  const auto at = draw_index(program.size());
  program[at].off = 0;
  program[at].dst = *rc::gen::inRange<std::uint8_t>(11, 16);
  const auto checked = validate(program);
  RC_ASSERT(!checked.has_value());
  RC_ASSERT(checked.error().insn == at);
}

RC_GTEST_PROP(Validate, RefusesAProgramThatFallsOffItsEnd, ()) {
  auto program = draw_program();
  program.back() = *rc::gen::element(build::mov(Reg::r0, 0), build::jump(JumpOp::jeq, Reg::r0, 0, -1));
  const auto checked = validate(program);
  RC_ASSERT(!checked.has_value());
  RC_ASSERT(checked.error().insn == program.size() - 1);
  RC_ASSERT(checked.error().message.find("falls off") != std::string::npos);
}

RC_GTEST_PROP(Validate, RefusesATargetOutsideTheProgram, ()) {
  auto program = draw_program();
  program.pop_back();
  const auto at = static_cast<std::int64_t>(program.size());
  const std::int64_t ahead = *rc::gen::inRange<std::int64_t>(1, 1000);
  const bool forward = *rc::gen::arbitrary<bool>();
  program.push_back(build::call_local(static_cast<std::int32_t>(forward ? ahead : -at - 1 - ahead)));
  program.push_back(build::exit());
  // Drawn targets on the old exit now fall on the call: a first slot still, so only the call is at fault.
  const auto checked = validate(program);
  RC_ASSERT(!checked.has_value());
  RC_ASSERT(checked.error().insn == static_cast<std::uint32_t>(at));
}

RC_GTEST_PROP(Validate, RefusesATargetInsideATwoSlotLoad, ()) {
  auto program = draw_program();
  const auto at = static_cast<std::uint32_t>(program.size());
  program.push_back(build::imm64_low(Reg::r1, Imm64Kind::value, *edgy<std::int32_t>()));
  program.push_back(build::imm64_high(*edgy<std::int32_t>()));
  program.push_back(*rc::gen::element(build::go_to(-2), build::call_local(-2)));
  program.push_back(build::exit());
  const auto checked = validate(program);
  RC_ASSERT(!checked.has_value());
  RC_ASSERT(checked.error().insn == at + 2);
  RC_ASSERT(checked.error().message.find("second slot") != std::string::npos);
}

struct ProgramRow {
  const char* name;
  std::vector<Insn> program;
  std::uint32_t insn;
  const char* fault;  // a part of the sentence; empty: valid
};

const Insn low = build::imm64_low(Reg::r1, Imm64Kind::value, 1);
const Insn map_low = build::imm64_low(Reg::r1, Imm64Kind::map, 1);

const ProgramRow program_rows[] = {
    {"Exit", {build::exit()}, 0, ""},
    {"SelfLoopAtTheEnd", {build::go_to(-1)}, 0, ""},
    {"LongJumpBackAtTheEnd", {build::mov(Reg::r0, 0), {opcode::ja32, 0, 0, 0, -2}}, 0, ""},
    {"CallOfTheLastInstruction", {build::call_local(1), build::exit(), build::exit()}, 0, ""},
    {"Empty", {}, 0, "program is empty"},
    {"JumpToTheEnd", {build::go_to(0)}, 0, "target 1 is outside the program, expected 0 to 0"},
    {"JumpBeforeTheStart", {build::go_to(-2)}, 0, "target -1 is outside the program"},
    {"LongJumpFarOut", {{opcode::ja32, 0, 0, 0, INT32_MAX}}, 0, "target 2147483648 is outside the program"},
    {"LongJumpFarBack", {{opcode::ja32, 0, 0, 0, INT32_MIN}}, 0, "target -2147483647 is outside the program"},
    {"CutLoad", {build::exit(), low}, 1, "two-slot load is cut"},
    {"LoadAtTheEnd", {low, build::imm64_high(0)}, 1, "falls off"},
    {"SecondSlotOpcode", {low, build::exit(), build::exit()}, 1, "has an opcode"},
    {"SecondSlotDst", {low, {0, 1, 0, 0, 0}, build::exit()}, 1, "dst, src or off"},
    {"SecondSlotSrc", {low, {0, 0, 1, 0, 0}, build::exit()}, 1, "dst, src or off"},
    {"SecondSlotOff", {low, {0, 0, 0, 1, 0}, build::exit()}, 1, "dst, src or off"},
    {"MapWithAHighHalf", {map_low, build::imm64_high(1), build::exit()}, 1, "second slot's imm"},
    {"CodeAddressOutside", {{0x18, 1, 4, 0, 2}, {}, build::exit()}, 0, "target 3 is outside"},
    {"CodeAddressOfItsSecondSlot", {{0x18, 1, 4, 0, 0}, {}, build::exit()}, 0, "is the second slot"},
    {"SecondSlotAlone", {{}, build::exit()}, 0, "undefined opcode"},
    {"CallAtTheEnd", {build::exit(), build::call_helper(1)}, 1, "falls off"},
};

class ProgramTable : public ::testing::TestWithParam<ProgramRow> {};

TEST_P(ProgramTable, FaultIsNamedAtItsSlot) {
  const ProgramRow& row = GetParam();
  const auto checked = validate(row.program);
  ASSERT_EQ(checked.has_value(), *row.fault == '\0');
  if (checked) return;
  EXPECT_EQ(checked.error().insn, row.insn);
  EXPECT_NE(checked.error().message.find(row.fault), std::string::npos) << checked.error().text();
}

INSTANTIATE_TEST_SUITE_P(Validate, ProgramTable, ::testing::ValuesIn(program_rows),
                         [](const auto& row) { return row.param.name; });

// ---- words and bytes ----

RC_GTEST_PROP(Words, EveryWordComesBack, ()) {
  const std::uint64_t word = draw_word();
  RC_ASSERT(to_word(from_word(word)) == word);
}

RC_GTEST_PROP(Words, EveryRowComesBack, ()) {
  for (const InsnRow& row : insn_table()) {
    const Insn insn = draw_slot(row);
    RC_ASSERT(from_word(to_word(insn)) == insn);
  }
}

RC_GTEST_PROP(Bytes, AnySlotsComeBack, ()) {
  const auto slots = draw_any_slots();
  const auto bytes = encode(slots);
  RC_ASSERT(bytes.size() == 8 * slots.size());
  RC_ASSERT(decode(bytes).value() == slots);
}

RC_GTEST_PROP(Bytes, ALengthThatCutsASlotIsRefusedThere, ()) {
  auto bytes = encode(draw_any_slots());
  const std::size_t whole = bytes.size() / 8;
  bytes.resize(bytes.size() + *rc::gen::inRange<std::size_t>(1, 8));
  const auto slots = decode(bytes);
  RC_ASSERT(!slots.has_value());
  RC_ASSERT(slots.error().insn == whole);
}

TEST(Words, FieldsLieAsInMemory) {
  EXPECT_EQ(to_word({0x12, 0x3, 0x4, 0x5678, 0x1abcdef0}), 0x1abcdef056784312U);
  EXPECT_EQ(from_word(0xffffffff'8000'a118U), (Insn{0x18, 1, 10, INT16_MIN, -1}));
}

TEST(Bytes, AreLittleEndian) {
  const std::vector<Insn> program{{0x07, 1, 0, 0, 0x04030201}, {0x7b, 10, 2, -8, 0}};
  const unsigned char want[] = {0x07, 0x01, 0, 0, 1, 2, 3, 4, 0x7b, 0x2a, 0xf8, 0xff, 0, 0, 0, 0};
  const auto bytes = encode(program);
  ASSERT_EQ(bytes.size(), sizeof want);
  for (std::size_t i = 0; i < sizeof want; ++i) EXPECT_EQ(std::to_integer<unsigned>(bytes[i]), want[i]) << i;
}

}  // namespace
}  // namespace tailbound::bpf

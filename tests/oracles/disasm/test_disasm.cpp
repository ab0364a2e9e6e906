// LLVM behind its narrow interface.
#include "oracles/disasm/disasm.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace tailbound::test {

namespace {

using namespace disasm;
using Bytes = std::vector<std::uint8_t>;

const Disassembler& reader(Arch arch) {
  static const Disassembler x86(Arch::x86_64);
  static const Disassembler arm(Arch::aarch64);
  return arch == Arch::x86_64 ? x86 : arm;
}
const MachineAssembler& writer(Arch arch) {
  static const MachineAssembler x86(Arch::x86_64);
  static const MachineAssembler arm(Arch::aarch64);
  return arch == Arch::x86_64 ? x86 : arm;
}

RC_GTEST_PROP(Disassembler, TakesAnyBytesWhole, (const Bytes& bytes, std::uint64_t address, bool x86)) {
  const auto all = reader(x86 ? Arch::x86_64 : Arch::aarch64).decode_all(bytes, address);
  std::uint64_t next = address;
  for (const MachineInsn& insn : all) {
    RC_ASSERT(insn.address == next);
    RC_ASSERT(insn.size > 0U);
    RC_ASSERT(!insn.text.empty());
    next += insn.size;
  }
  RC_ASSERT(next - address == bytes.size());
}

RC_GTEST_PROP(Disassembler, TheTextChangesNothingElse, (const Bytes& bytes, std::uint64_t address)) {
  const auto with = reader(Arch::x86_64).decode_all(bytes, address, Detail::text);
  const auto without = reader(Arch::x86_64).decode_all(bytes, address, Detail::flow);
  RC_ASSERT(with.size() == without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    RC_ASSERT(with[i].size == without[i].size);
    RC_ASSERT(with[i].bad == without[i].bad);
    RC_ASSERT(with[i].target == without[i].target);
    RC_ASSERT(without[i].text.empty());
  }
}

struct Row {
  Arch arch;
  const char* text;
  std::uint32_t size;
  bool call, branch, conditional, returns;
  std::optional<std::uint64_t> target;  // at address 0x1000, where the text's distance is counted from 0
};

TEST(Disassembler, KnowsWhereInstructionsLead) {
  const Row rows[] = {
      {Arch::x86_64, ".att_syntax\njmp 2", 2, false, true, false, false, 0x1002},
      {Arch::x86_64, ".att_syntax\njmp 300", 5, false, true, false, false, 0x1000 + 300},
      {Arch::x86_64, ".att_syntax\njmp -300", 5, false, true, false, false, 0x1000 - 300},
      {Arch::x86_64, ".att_syntax\njne -1", 2, false, true, true, false, 0xfff},
      {Arch::x86_64, ".att_syntax\ncall 5", 5, true, false, false, false, 0x1005},
      {Arch::x86_64, "jmp rcx", 2, false, true, false, false, {}},
      {Arch::x86_64, "call r11", 3, true, false, false, false, {}},
      {Arch::x86_64, "ret", 1, false, false, false, true, {}},
      {Arch::x86_64, "int3", 1, false, false, false, false, {}},
      {Arch::x86_64, "lock xadd qword ptr [rdi + 8], rax", 6, false, false, false, false, {}},
      {Arch::aarch64, "b #8", 4, false, true, false, false, 0x1008},
      {Arch::aarch64, "bl #-4", 4, true, false, false, false, 0xffc},
      {Arch::aarch64, "cbz x0, #8", 4, false, true, true, false, 0x1008},
      {Arch::aarch64, "br x10", 4, false, true, false, false, {}},
      {Arch::aarch64, "ret", 4, false, false, false, true, {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto bytes = writer(row.arch).assemble(row.text);
    ASSERT_TRUE(bytes.has_value()) << bytes.error();
    ASSERT_EQ(bytes->size(), 1U);
    const auto insn = reader(row.arch).decode(bytes->front(), 0x1000);
    ASSERT_TRUE(insn.has_value());
    EXPECT_EQ(insn->size, row.size);
    EXPECT_EQ(insn->is_call, row.call);
    EXPECT_EQ(insn->is_branch, row.branch);
    EXPECT_EQ(insn->is_conditional, row.conditional);
    EXPECT_EQ(insn->is_return, row.returns);
    EXPECT_EQ(insn->target, row.target);
  }
}

TEST(Disassembler, WritesTargetsAsAddresses) {
  EXPECT_EQ(reader(Arch::x86_64).decode(Bytes{0xeb, 0x10}, 0x1000)->text, "jmp 0x1012");
  EXPECT_EQ(reader(Arch::aarch64).decode(Bytes{2, 0, 0, 0x14}, 0x1000)->text, "b 0x1008");
}

TEST(Disassembler, ALockPrefixBelongsToItsInstruction) {
  const Bytes bytes = {0xf0, 0x48, 0x0f, 0xc1, 0x07};
  EXPECT_EQ(reader(Arch::x86_64).decode(bytes, 0)->text, "lock xadd qword ptr [rdi], rax");
  EXPECT_FALSE(reader(Arch::x86_64).decode(Bytes{0xf0}, 0).has_value()) << "alone it is none";
  EXPECT_FALSE(reader(Arch::x86_64).decode(Bytes{0xf0, 0xf0, 0x48}, 0).has_value());
}

TEST(Disassembler, WhatIsNoInstructionIsSteppedOver) {
  const auto all = reader(Arch::x86_64).decode_all(Bytes{0x06, 0xc3}, 0);  // 06: invalid in 64-bit mode
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].bad);
  EXPECT_EQ(all[0].text, ".byte 0x06");
  EXPECT_TRUE(all[1].is_return);
  EXPECT_EQ(reader(Arch::aarch64).decode_all(Bytes(6, 0xff), 0).size(), 2U) << "a word, then the rest";
}

TEST(MachineAssembler, ErrorsNameTheLine) {
  const auto unknown = writer(Arch::x86_64).assemble("nop\nbogus rax\n");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error(), "2: invalid instruction mnemonic 'bogus': 'bogus rax'");
  const auto symbol = writer(Arch::x86_64).assemble("jmp elsewhere");
  ASSERT_FALSE(symbol.has_value());
  EXPECT_EQ(symbol.error(), "1: a distance that is no constant, or does not fit: 'jmp elsewhere'");
}

}  // namespace

}  // namespace tailbound::test

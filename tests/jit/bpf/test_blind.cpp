// Constants blinded as bpf_jit_blind_constants does it.
#include "jit/bpf/blind.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/from_translated.hpp"
#include "jit/bpf/text.hpp"

namespace tailbound::test {

namespace {

bpf::Bytecode program(const char* text) {
  const auto insns = bpf::assemble(text);
  EXPECT_TRUE(insns.has_value()) << (insns ? "" : insns.error().text());
  const auto code =
      bpf::from_translated(*insns, bpf::translated_functions(*insns), std::vector<std::uint32_t>{0, 1});
  EXPECT_TRUE(code.has_value()) << (code ? "" : code.error().text());
  return *code;
}

std::uint32_t constants(const bpf::Bytecode& code) { return bpf::blinded_constants(code, code.functions[0]); }

TEST(Blind, AConstantIsBuiltFromTwo) {
  const auto code = program("r1 += 5; exit");
  ASSERT_EQ(constants(code), 1U);
  const auto blinded = bpf::blind(code, std::vector<bpf::BlindPair>{{0, 0x1234}});
  ASSERT_EQ(blinded.insns.size(), 4U);
  EXPECT_EQ(blinded.insns[0], (bpf::Insn{0xb7, 11, 0, 0, 0x1234 ^ 5}));
  EXPECT_EQ(blinded.insns[1], (bpf::Insn{0xa7, 11, 0, 0, 0x1234}));
  EXPECT_EQ(blinded.insns[2], (bpf::Insn{0x0f, 1, 11, 0, 0}));
  EXPECT_EQ(blinded.functions[0].end_insn, 4U);
}

TEST(Blind, JumpsLeadToTheBeginningOfWhatTookTheirTargetsPlace) {
  const auto code = program("if r1 == 7 goto +1; r2 = 3; r3 = 4; goto -2; exit");
  const auto blinded = bpf::blind(code, std::vector<bpf::BlindPair>(3, bpf::BlindPair{0, 1}));
  ASSERT_EQ(blinded.insns.size(), 11U);
  EXPECT_EQ(blinded.insns[2].off, 3);   // from 2 to 6: over three
  EXPECT_EQ(blinded.insns[9].off, -4);  // from 9 back to 6
}

TEST(Blind, ShiftsCallsAndZerosAreLeftAlone) {
  const auto code = program("r1 <<= 3; call 5; r2 = 0; r3 += r1; exit");
  EXPECT_EQ(constants(code), 0U);
  const auto blinded = bpf::blind(code, {});
  EXPECT_EQ(blinded.insns[2], (bpf::Insn{0xaf, 2, 2, 0, 0})) << "r2 ^= r2";
  EXPECT_EQ(blinded.insns.size(), 5U);
}

TEST(Blind, ALoadOfAnAddressTakesBothHalvesFromThePairs) {
  const auto code = program("r1 = map 0; exit");
  ASSERT_EQ(constants(code), 2U);
  const auto blinded = bpf::blind(code, std::vector<bpf::BlindPair>{{10, 20}, {30, 40}});
  ASSERT_EQ(blinded.insns.size(), 8U);
  EXPECT_EQ(blinded.insns[0].imm, 10);
  EXPECT_EQ(blinded.insns[1].imm, 20);
  EXPECT_EQ(blinded.insns[2], (bpf::Insn{0x67, 11, 0, 0, 32}));
  EXPECT_EQ(blinded.insns[4].imm, 30);
  EXPECT_EQ(blinded.insns[6], (bpf::Insn{0x4f, 1, 11, 0, 0}));
}

TEST(Blind, NoSiteIsDirect) {
  auto code = program("call 12; exit");
  code.sites[0].direct_index = 1;
  const auto blinded = bpf::blind(code, {});
  ASSERT_EQ(blinded.sites.size(), 1U);
  EXPECT_EQ(blinded.sites[0].direct_index, std::nullopt);
}

}  // namespace

}  // namespace tailbound::test

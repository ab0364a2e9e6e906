// Programs as a kernel's verifier leaves them.
#include "jit/bpf/from_translated.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/text.hpp"

namespace tailbound::test {

namespace {

using bpf::build::call_helper;
using bpf::build::exit;
using bpf::build::mov;
using enum bpf::Reg;

/// As the kernel shows it: the callee's number in imm, the distance in off.
constexpr bpf::Insn call(std::int16_t distance, std::int32_t callee) {
  return {bpf::opcode::call, 0, 1, distance, callee};
}

TEST(FromTranslated, CallsBecomeDistances) {
  const std::vector<bpf::Insn> insns = {call(3, 2), call(1, 1), exit(), mov(r0, 1), exit(), exit()};
  const auto code = bpf::from_translated(insns, std::vector<std::uint32_t>{0, 3, 4}, {});
  ASSERT_TRUE(code.has_value()) << code.error().text();
  EXPECT_EQ(code->insns[0], bpf::build::call_local(3));
  EXPECT_EQ(code->insns[1], bpf::build::call_local(1));
  ASSERT_EQ(code->functions.size(), 3U);
  EXPECT_EQ(code->functions[1].end_insn, 4U);
  EXPECT_EQ(code->origin[5].function, 2);
}

TEST(FromTranslated, FunctionsAreFoundFromCalls) {
  const std::vector<bpf::Insn> insns = {call(3, 2), call(1, 1), exit(), exit(), exit()};
  EXPECT_EQ(bpf::translated_functions(insns), (std::vector<std::uint32_t>{0, 3, 4}));
}

TEST(FromTranslated, MapsAreCountedInPlaceOfIds) {
  const std::vector<bpf::Insn> insns = {bpf::build::imm64_low(r1, bpf::Imm64Kind::map_value, 77),
                                        bpf::build::imm64_high(8), exit()};
  const auto code =
      bpf::from_translated(insns, std::vector<std::uint32_t>{0}, std::vector<std::uint32_t>{5, 77});
  ASSERT_TRUE(code.has_value()) << code.error().text();
  EXPECT_EQ(code->insns[0].imm, 1);
  EXPECT_EQ(code->insns[1].imm, 8);
}

TEST(FromTranslated, TailCallsAreSitesAndOtherHelpersAreNot) {
  const std::vector<bpf::Insn> insns = {call_helper(-31337), call_helper(12), exit(), call_helper(12), exit()};
  const auto code = bpf::from_translated(insns, std::vector<std::uint32_t>{0, 3}, {});
  ASSERT_TRUE(code.has_value()) << code.error().text();
  ASSERT_EQ(code->sites.size(), 2U);
  EXPECT_EQ(code->sites[1].function, 1);
  EXPECT_EQ(code->origin[1].site, 0);
  EXPECT_EQ(code->origin[0].site, -1);
}

TEST(FromTranslated, TheVerifiersOwnRegisterIsTaken) {
  const bpf::Insn to_r11 = {0xbf, 11, 1, 0, 0};
  const std::vector<bpf::Insn> insns = {to_r11, exit()};
  EXPECT_TRUE(bpf::from_translated(insns, std::vector<std::uint32_t>{0}, {}).has_value());
}

TEST(FromTranslated, StackIsWhatInstructionsTouch) {
  const auto depth = [](const char* text) {
    const auto insns = bpf::assemble(text);
    const auto code = bpf::from_translated(*insns, std::vector<std::uint32_t>{0}, {});
    return bpf::translated_stack(*code, code->functions[0]);
  };
  EXPECT_EQ(depth("exit"), 0U);
  EXPECT_EQ(depth("*(u8 *)(r10 - 12) = 1; exit"), 12U);
  EXPECT_EQ(depth("*(u64 *)(r10 - 16) = r1; r1 = *(u32 *)(r10 - 40); exit"), 40U);
  EXPECT_EQ(depth("r2 = r10; r2 += -24; call 1; exit"), 24U);
  EXPECT_EQ(depth("r2 = r10; call 1; exit"), std::nullopt);
  EXPECT_EQ(depth("r2 = 8; r2 += r10; exit"), std::nullopt);
}

struct Refused {
  const char* name;
  std::vector<bpf::Insn> insns;
  std::vector<std::uint32_t> functions;
  const char* message;
};

TEST(FromTranslated, SaysWhatDoesNotFit) {
  const Refused rows[] = {
      {"jump out", {bpf::build::go_to(1), exit(), exit()}, {0, 2}, "insn 0: a jump out of its function"},
      {"no such function", {call(1, 3), exit(), exit()}, {0, 2}, "insn 0: a call of function 3 of 2"},
      {"no function", {exit()}, {}, "insn 0: no function begins here"},
      {"empty function", {exit()}, {0, 1}, "insn 1: a function without instructions"},
      {"half a load",
       {bpf::build::imm64_low(r1, bpf::Imm64Kind::value, 1)},
       {0},
       "insn 0: half a load of two slots"},
      {"a map of nobody",
       {bpf::build::imm64_low(r1, bpf::Imm64Kind::map, 9), bpf::build::imm64_high(0), exit()},
       {0},
       "insn 0: map 9 is not one of the program"},
      {"register 12", {{0xbf, 12, 1, 0, 0}, exit()}, {0}, "insn 0: a register above r11"},
  };
  for (const Refused& row : rows) {
    const auto code = bpf::from_translated(row.insns, row.functions, std::vector<std::uint32_t>{1});
    ASSERT_FALSE(code.has_value()) << row.name;
    EXPECT_EQ(code.error().text(), row.message) << row.name;
  }
}

}  // namespace

}  // namespace tailbound::test

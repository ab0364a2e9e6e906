// Bytecode as lowered from scenarios.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::test {

namespace {

using namespace bpf;

/// Small bytes make many small parts; uniform ones make few large ones.
std::vector<std::uint8_t> draw_bytes() {
  const auto small = rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 12));
  const auto any = rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  return *rc::gen::oneOf(small, any);
}

RC_GTEST_PROP(Lower, EveryProgramOfAValidScenarioIsValidBytecode, ()) {
  const Lowered lowered = lower(decode_scenario(draw_bytes()));
  for (const Bytecode& program : lowered.programs) {
    const auto valid = validate(program.insns);
    RC_LOG() << (valid ? std::string() : valid.error().text());
    RC_ASSERT(valid.has_value());
  }
}

RC_GTEST_PROP(Lower, OriginsFunctionsAndSitesCoverTheProgram, ()) {
  const Lowered lowered = lower(decode_scenario(draw_bytes()));
  std::uint32_t next_function = 0;
  std::uint32_t next_site = 0;
  for (const Bytecode& program : lowered.programs) {
    RC_ASSERT(program.origin.size() == program.insns.size());
    std::uint32_t at = 0;
    for (const LoweredFunction& function : program.functions) {
      RC_ASSERT(function.first_insn == at);
      RC_ASSERT(function.end_insn > at);
      RC_ASSERT(function.id == next_function++);
      at = function.end_insn;
    }
    RC_ASSERT(at == program.insns.size());
    for (const LoweredSite& site : program.sites) {
      RC_ASSERT(site.id == next_site++);
      RC_ASSERT(is_tail_call(program.insns[site.insn]));
      RC_ASSERT(&program.sites[static_cast<std::size_t>(program.origin[site.insn].site)] == &site);
    }
  }
  RC_ASSERT(next_function == lowered.ledger.functions);
  RC_ASSERT(next_site == lowered.ledger.sites);
}

RC_GTEST_PROP(Lower, AUsedRecordGivesTheSameAsAFreshOne, ()) {
  const Scenario first = decode_scenario(draw_bytes());
  const Scenario second = decode_scenario(draw_bytes());
  Lowered used;
  lower(first, used);
  lower(second, used);
  const Lowered fresh = lower(second);
  RC_ASSERT(used.programs.size() == fresh.programs.size());
  for (std::size_t p = 0; p < fresh.programs.size(); ++p) {
    const bool same = used.programs[p].insns == fresh.programs[p].insns;
    RC_ASSERT(same);
  }
  RC_ASSERT(used.maps.size() == fresh.maps.size());
  for (std::size_t m = 0; m < fresh.maps.size(); ++m) {
    RC_ASSERT(used.maps[m].words == fresh.maps[m].words);
    RC_ASSERT(used.maps[m].slots.size() == fresh.maps[m].slots.size());
    RC_ASSERT(used.maps[m].max_entries == fresh.maps[m].max_entries);
  }
}

/// The instructions of the deepest stack access, as the verifier counts them.
std::uint32_t deepest_access(const Bytecode& program, const LoweredFunction& function) {
  std::int32_t deepest = 0;
  for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
    const Insn& insn = program.insns[i];
    const std::uint8_t kind = class_of(insn);
    const bool through_r10 = (kind == opcode::ldx && insn.src == 10) ||
                             ((kind == opcode::st || kind == opcode::stx) && insn.dst == 10);
    if (through_r10) deepest = std::min<std::int32_t>(deepest, insn.off);
    if (is_two_slot(insn)) ++i;
  }
  return static_cast<std::uint32_t>(-deepest);
}

RC_GTEST_PROP(Lower, StackDepthCoversWhatTheInstructionsTouch, ()) {
  const Lowered lowered = lower(decode_scenario(draw_bytes()));
  for (const Bytecode& program : lowered.programs) {
    for (const LoweredFunction& function : program.functions) {
      RC_ASSERT(deepest_access(program, function) == function.stack_depth);
    }
  }
}

Bytecode first_program(const std::string& text) {
  const auto scenario = parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return lower(*scenario).programs[0];
}

TEST(Lower, ConstantInRangeIsDirectAndEverythingElseIndirect) {
  const Bytecode code = first_program(
      "map m[1] {}\narray a[2]\n"
      "program p { tail_call a[1]; tail_call a[2]; tail_call a[data 1]; tail_call a[m[0]]; tail_call a[1 + 0]; "
      "tail_call a[-1]; return 0 }\nrun p\n");
  ASSERT_EQ(code.sites.size(), 6U);
  EXPECT_EQ(code.sites[0].direct_index, 1U);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_FALSE(code.sites[i].direct_index.has_value()) << "site " << i;
}

TEST(Lower, AFunctionWithoutCallsDoesNotKeepTheContext) {
  const Bytecode code = first_program("program p { return 0 }\nrun p\n");
  EXPECT_NE(code.insns[0], build::mov(Reg::r6, Reg::r1));
}

TEST(Lower, AnUpdateBringsItsOwnMapAndStack) {
  const auto scenario = parse_graph("program p { stack 3; helper update 20; helper update 2; return 0 }\nrun p\n");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
  const Lowered lowered = lower(*scenario);
  ASSERT_TRUE(lowered.scratch_map.has_value());
  EXPECT_EQ(*lowered.scratch_map + 1U, lowered.maps.size());
  EXPECT_EQ(lowered.maps.back().max_entries, 16U);
  EXPECT_EQ(lowered.programs[0].functions[0].stack_depth, 8U + 16U);
}

TEST(RandomValue, DependsOnSeedAndCounter) {
  EXPECT_NE(random_value(1, 0), random_value(1, 1));
  EXPECT_NE(random_value(1, 0), random_value(2, 0));
}

}  // namespace

}  // namespace tailbound::test

// Judging and the place where traces part.
#include "oracles/judge/judge.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/parting.hpp"

namespace tailbound::test {

namespace {

Judge judge_of(const char* scheme) {
  const x86_64::Scheme* const found = x86_64::find_scheme(scheme);
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(*found->identity.profile));
  engines.push_back(engine::make_x86_64({.scheme = found, .options = {}}));
  return Judge(std::move(engines));
}

bpf::Scenario parsed(const char* text) {
  auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return *scenario;
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";

RC_GTEST_PROP(Judge, GeneratedScenariosAgreeUnderTheSoundScheme, (std::uint64_t seed)) {
  static Judge judge = judge_of("pointer");
  gen::ByteSource source(seed);
  const Judgement judgement = judge.judge(gen::generate(source, {}));
  RC_LOG() << judgement.verdict.detail;
  RC_ASSERT(judgement.judged);
  RC_ASSERT(!judgement.verdict.broken());
}

/// Slots that change at early and late entries of any function, several in one scenario.
RC_GTEST_PROP(Judge, SlotChangesDuringRunsAgree, (std::uint64_t seed)) {
  static Judge judge = judge_of("pointer");
  gen::ByteSource source(seed);
  bpf::Scenario scenario = gen::generate(source, {});
  const auto draw = [&](std::size_t count) { return source.below(static_cast<std::uint32_t>(count)); };
  for (std::uint32_t i = source.between(1, 4); i > 0; --i) {
    const auto program = static_cast<std::uint16_t>(draw(scenario.programs.size()));
    const auto function = static_cast<std::uint16_t>(draw(scenario.programs[program].functions.size()));
    const auto array = static_cast<std::uint16_t>(draw(scenario.arrays.size()));
    bpf::SetSlot change{array, draw(scenario.arrays[array].size), std::nullopt};
    if (source.percent(50)) change.program = static_cast<std::uint16_t>(draw(scenario.programs.size()));
    scenario.events.insert(scenario.events.begin(),
                           bpf::AtEntry{{program, function}, source.between(1, 30), change});
  }
  const Judgement judgement = judge.judge(scenario);
  RC_LOG() << judgement.verdict.detail << "\n" << bpf::print_graph(scenario);
  RC_ASSERT(judgement.judged);
  RC_ASSERT(!judgement.verdict.broken());
}

TEST(Judge, ADeleteDuringARunIsSeenByTheNextSite) {
  Judge judge = judge_of("pointer");
  const Judgement judgement = judge.judge(
      parsed("array a[1] { 0: p }\nprogram p { tail_call a[0]; return 7 }\nat entry of p #5: delete a[0]\n"
             "run p\nexpect tail_calls 4, refused 1, return 7\nrun p\nexpect tail_calls 0, refused 1\n"),
      true);
  EXPECT_EQ(judgement.verdict.detail, "");
  EXPECT_TRUE(judgement.judged);
}

TEST(Judge, ByValueIsFoundByTheBound) {
  Judge judge = judge_of("by-value");
  const Judgement judgement = judge.judge(parsed(hierarchy));
  EXPECT_EQ(judgement.verdict.property, Property::bound);
  EXPECT_EQ(judgement.engine, 1U) << "the interpreter is innocent";
}

TEST(Judge, AttachmentsAreUnavailableAndSaySo) {
  Judge judge = judge_of("pointer");
  const Judgement judgement = judge.judge(
      parsed("program probe { return 0 }\nprogram p { return 0 }\nattach fentry probe to p\nrun p\n"));
  EXPECT_FALSE(judgement.judged);
  EXPECT_EQ(judgement.verdict.outcome, Outcome::unavailable);
  EXPECT_EQ(judgement.verdict.detail, "attachment");
}

TEST(Judge, ForecastCountsRefusalsByReason) {
  Judge judge = judge_of("pointer");
  const Judgement judgement = judge.judge(
      parsed("array a[2] { 0: q }\nprogram p { tail_call a[1]; tail_call a[5]; tail_call a[0]; return 0 }\n"
             "program q { return 0 }\nrun p\n"));
  EXPECT_EQ(judgement.forecast.tail_calls, 1U);
  EXPECT_EQ(judgement.forecast.empty, 1U);
  EXPECT_EQ(judgement.forecast.out_of_range, 1U);
  EXPECT_EQ(judgement.forecast.at_limit, 0U);
}

TEST(Parting, IsTheFirstEntryThatDiffers) {
  Judge judge = judge_of("by-value");
  const auto parting = find_parting(parsed(hierarchy), 0, *judge.engines()[1]);
  ASSERT_TRUE(parting.has_value());
  // 34 mains and 34 first calls go down; the deepest main's two calls and the next level's second are refused
  // by both. Entry 71 is the first where only the shared count refuses.
  EXPECT_EQ(parting->entry, 70U);
  EXPECT_EQ(parting->explained_by, model::Discipline::by_value);
  EXPECT_EQ(parting->frames.size(), 34U);
  EXPECT_EQ(parting->frames.front().count, 0U);
  const std::size_t at = parting->entry - parting->window_first;
  EXPECT_NE(parting->expected.at(at), parting->observed.at(at));
  for (std::size_t i = 0; i < at; ++i) EXPECT_EQ(parting->expected[i], parting->observed[i]);
}

TEST(Parting, IsFoundInALaterRun) {
  const bpf::Scenario scenario = parsed(
      "array a[1]\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\n"
      "run p\nset a[0] = p\nrun p\n");
  Judge judge = judge_of("by-value");
  EXPECT_FALSE(find_parting(scenario, 0, *judge.engines()[1]).has_value());
  const auto parting = find_parting(scenario, 1, *judge.engines()[1]);
  ASSERT_TRUE(parting.has_value());
  EXPECT_EQ(parting->entry, 70U);
}

TEST(Parting, AgreementHasNone) {
  Judge judge = judge_of("pointer");
  EXPECT_FALSE(find_parting(parsed(hierarchy), 0, *judge.engines()[1]).has_value());
}

}  // namespace

}  // namespace tailbound::test

// RapidCheck on scenarios: shrinking ends, stays valid and gets small, and a printed line gives a failure back.
#include "gen/rapidcheck.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "gen/mutate/bounds.hpp"
#include "gen/reduce/size.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"
#include "tests/jit/bpf/scenario_samples.hpp"

namespace tailbound::test {

namespace {

Judge judge_of(const char* scheme) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_x86_64({.scheme = x86_64::find_scheme(scheme), .options = {}}));
  return Judge(std::move(engines));
}

bool breaks_by_value(const bpf::Scenario& scenario) {
  static Judge judge = judge_of("by-value");
  return judge.judge(scenario).verdict.broken();
}

RC_GTEST_PROP(RapidCheck, AnyScenarioIsValidAndAgreesUnderTheSoundScheme, (const bpf::Scenario& scenario)) {
  static Judge judge = judge_of("pointer");
  RC_ASSERT(!bpf::check_scenario(scenario));
  const Judgement judgement = judge.judge(scenario);
  RC_LOG() << judgement.verdict.detail;
  RC_ASSERT(!judgement.verdict.broken());
}

RC_GTEST_PROP(RapidCheck, MutatedScenariosAgreeUnderTheSoundScheme, ()) {
  static Judge judge = judge_of("pointer");
  const bpf::Scenario scenario = *gen::any_mutated_scenario();
  RC_ASSERT(!bpf::check_scenario(scenario));
  const Judgement judgement = judge.judge(scenario);
  RC_LOG() << judgement.verdict.detail;
  RC_ASSERT(!judgement.verdict.broken());
}

RC_GTEST_PROP(RapidCheck, ShrinksAreValidAndSmaller, ()) {
  const bpf::Scenario scenario = *gen::any_mutated_scenario();
  for (const bpf::Scenario& smaller : gen::shrinks_of(scenario)) {
    RC_ASSERT(!bpf::check_scenario(smaller));
    RC_ASSERT(gen::is_smaller(smaller, scenario));
  }
}

TEST(RapidCheck, WithNothingToKeepShrinkingEndsAtAnEmptyMain) {
  const auto everything = gen::rapidcheck::shrinkable(bpf::samples::every_kind());
  const auto [least, steps] =
      rc::shrinkable::findLocalMin(everything, [](const bpf::Scenario&) { return true; });
  EXPECT_EQ(least.programs.size(), 1U);
  EXPECT_EQ(gen::statements_of(least), 1U) << bpf::print_graph(least);
  EXPECT_TRUE(least.events.empty() && least.arrays.empty() && least.maps.empty()) << bpf::print_graph(least);
  EXPECT_GT(steps, 0U);
}

/// What a count by value gets wrong needs two calls and a tail call, five statements with the returns; a way
/// down by single steps may end at two programs that tail-call each other.
TEST(RapidCheck, WhatByValueBreaksShrinksToASmallHierarchy) {
  std::size_t shrunk = 0;
  for (std::uint64_t seed = 0; shrunk < 5 && seed < 200; ++seed) {
    const auto drawn = gen::any_scenario()(rc::Random(seed), 100);
    if (!breaks_by_value(drawn.value())) continue;
    ++shrunk;
    const auto [least, steps] = rc::shrinkable::findLocalMin(drawn, breaks_by_value);
    EXPECT_TRUE(breaks_by_value(least));
    EXPECT_LE(least.programs.size(), 2U) << bpf::print_graph(least);
    EXPECT_LE(gen::statements_of(least), 14U) << bpf::print_graph(least);
  }
  EXPECT_EQ(shrunk, 5U);
}

/// Runs the property as RC_GTEST_PROP does, without the test around it.
rc::detail::TestResult checked(const std::unordered_map<std::string, rc::detail::Reproduce>& reproduce) {
  rc::detail::TestMetadata metadata;
  metadata.id = "by-value";
  rc::detail::TestParams params;
  params.seed = 17;
  struct Silent final : rc::detail::TestListener {
    void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
    void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
    void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
  } silent;
  return rc::detail::checkTestable([](const bpf::Scenario& scenario) { RC_ASSERT(!breaks_by_value(scenario)); },
                                   metadata, params, silent, reproduce);
}

TEST(RapidCheck, AFailureIsGivenBackByItsReproduceLine) {
  const auto first = checked({});
  rc::detail::FailureResult failure;
  ASSERT_TRUE(first.match(failure)) << "no counterexample in 100 scenarios";
  ASSERT_EQ(failure.counterExample.size(), 1U);
  // RapidCheck shows the arguments of a property as a tuple.
  const std::string tuple = failure.counterExample.front().second;
  ASSERT_TRUE(tuple.starts_with('(') && tuple.ends_with(')')) << tuple;
  const std::string shown = tuple.substr(1, tuple.size() - 2);
  EXPECT_NE(shown.find("tail_call"), std::string::npos) << "shown as .graph text: " << shown;
  const auto parsed = bpf::parse_graph(shown);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().text();
  EXPECT_TRUE(breaks_by_value(*parsed));

  const auto again = checked({{"by-value", failure.reproduce}});
  rc::detail::FailureResult same;
  ASSERT_TRUE(again.match(same));
  EXPECT_EQ(same.counterExample, failure.counterExample);
}

}  // namespace

}  // namespace tailbound::test

// Blame names the steps that were swapped, and nothing where there is nothing.
#include "fuzz/campaign/blame.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "jit/lower/scheme_diff.hpp"
#include "jit/x86_64/schemes.hpp"
#include "jit/x86_64/step_code.hpp"

namespace tailbound::test {

namespace {

using x86_64::Scheme;

const Scheme& scheme(std::string_view name) { return *x86_64::find_scheme(name); }

reports::FindingFile finding(const char* graph, const char* verdict, const char* scheme,
                             const char* engine = "x86_64") {
  reports::FindingFile file;
  file.record.verdict = verdict;
  file.record.engine = engine;
  file.record.engines = {"interpreter", "x86_64"};
  file.record.scheme = scheme;
  file.scenario = *bpf::parse_graph(graph);
  return file;
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";

TEST(Blame, TheUnroundedReloadIsNamedAlone) {
  const fuzz::Blame blame =
      fuzz::find_blame(finding("array a[1] { 0: p }\nprogram p { stack 1; call f; return 0; subprog f { "
                               "tail_call a[0]; return 0 } }\nrun p\n",
                               "count-fewer", "by-value-5.17"));
  ASSERT_FALSE(blame.guilty.empty()) << blame.why_not;
  for (const fuzz::Guilt& guilt : blame.guilty) {
    ASSERT_EQ(guilt.steps.size(), 1U) << guilt.sentence();
    EXPECT_TRUE(guilt.steps[0].starts_with("call site: 'reload count'")) << guilt.sentence();
  }
}

/// What the count by value lacks is that it comes back.
TEST(Blame, ByValueLacksTheWayBack) {
  const fuzz::Blame blame = fuzz::find_blame(finding(hierarchy, "bound-exceeded", "by-value"));
  ASSERT_FALSE(blame.guilty.empty()) << blame.why_not;
  EXPECT_EQ(blame.guilty[0].donor, "back-propagate-poked");
  EXPECT_EQ(blame.guilty[0].steps[0], "after call: 'store returned count' is missing");
}

TEST(Blame, TheCounterThatNobodyResetsLacksItsReset) {
  const fuzz::Blame blame =
      fuzz::find_blame(finding("array a[1] { 0: p }\nprogram p { tail_call a[0]; return 0 }\nrun p\nrun p\n",
                               "count-fewer", "per-task-kept"));
  ASSERT_FALSE(blame.guilty.empty()) << blame.why_not;
  bool named = false;
  for (const fuzz::Guilt& guilt : blame.guilty) {
    named |= guilt.steps == std::vector<std::string>{"prologue: 'reset counter' is missing"};
  }
  EXPECT_TRUE(named) << blame.guilty[0].sentence();
}

TEST(Blame, OfWhatDoesNotHappenThereIsNone) {
  const fuzz::Blame blame = fuzz::find_blame(finding(hierarchy, "bound-exceeded", "pointer"));
  EXPECT_TRUE(blame.guilty.empty());
  EXPECT_EQ(blame.why_not, "it does not happen again");
}

TEST(Blame, TheInterpreterHasNoSteps) {
  EXPECT_EQ(fuzz::find_blame(finding(hierarchy, "bound-exceeded", "pointer", "interpreter")).why_not,
            "the interpreter has no steps");
}

TEST(SchemeDiff, StepsOfOneNameAndCodeAreNoDifference) {
  const auto same = jit::differences(scheme("pointer"), scheme("pointer"), x86_64::same_step);
  EXPECT_TRUE(same.empty());
  const auto reload = jit::differences(scheme("by-value"), scheme("by-value-5.17"), x86_64::same_step);
  ASSERT_EQ(reload.size(), 2U);
  EXPECT_EQ(reload[0].place->name, "call site");
  EXPECT_EQ(reload[1].place->name, "helper site");
}

std::vector<std::string_view> names_of(const Scheme& scheme) {
  std::vector<std::string_view> names;
  for (const auto& place : jit::step_places<x86_64::Emitter>) {
    for (const x86_64::Step& step : scheme.*place.steps) names.push_back(step.name);
  }
  return names;
}

TEST(SchemeDiff, AllDifferencesLeadFromOneSchemeToTheOther) {
  for (const Scheme& from : x86_64::schemes()) {
    for (const Scheme& to : x86_64::schemes()) {
      const auto all = jit::differences(from, to, x86_64::same_step);
      const Scheme mixed = jit::with_differences<x86_64::Emitter>(from, to, all);
      EXPECT_EQ(names_of(mixed), names_of(to)) << from.identity.name << " to " << to.identity.name;
      EXPECT_TRUE(jit::differences(mixed, to, x86_64::same_step).empty());
    }
  }
}

}  // namespace

}  // namespace tailbound::test

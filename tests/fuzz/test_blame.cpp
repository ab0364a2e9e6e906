// Blame names the steps that were swapped, and nothing where there is nothing.
#include "fuzz/campaign/blame.hpp"

#include <gtest/gtest.h>

#include "fuzz/campaign/blame_arch.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/lower/scheme_diff.hpp"
#include "jit/lower/step_code.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::test {

namespace {

using x86_64::Scheme;

const Scheme& scheme(std::string_view name) { return *x86_64::find_scheme(name); }

reports::FindingFile finding(const char* graph, const char* verdict, const char* scheme,
                             const char* engine = "x86_64") {
  reports::FindingFile file;
  file.record.verdict = verdict;
  file.record.engine = engine;
  file.record.engines = {"interpreter", engine};
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

/// What the count by value lacks is that it comes back: the callee hands it back and the caller stores it. To store what
/// nobody handed back mends the finding by chance, and breaks scenarios that were right.
TEST(Blame, ByValueLacksBothHalvesOfTheWayBack) {
  const fuzz::Blame blame = fuzz::find_blame(finding(hierarchy, "bound-exceeded", "by-value"));
  ASSERT_EQ(blame.guilty.size(), 1U) << blame.why_not;
  EXPECT_EQ(blame.guilty[0].donor, "back-propagate-poked");
  EXPECT_EQ(blame.guilty[0].steps,
            (std::vector<std::string>{"after call: 'store returned count' is missing",
                                      "epilogue: 'hand count back' is missing"}));
  EXPECT_EQ(blame.sentences()[0],
            "both: after call: 'store returned count' is missing; epilogue: 'hand count back' is missing (as "
            "back-propagate-poked has it)");
}

TEST(Blame, OfArm64GoesByItsOwnSteps) {
  if (const auto why = fuzz::Arm64Blame::engine(*arm64::find_scheme("by-value"))->unavailable())
    GTEST_SKIP() << "arm64: " << *why;
  const fuzz::Blame blame = fuzz::find_blame(finding(hierarchy, "bound-exceeded", "by-value", "arm64"));
  ASSERT_FALSE(blame.guilty.empty()) << blame.why_not;
  for (const fuzz::Guilt& guilt : blame.guilty) EXPECT_TRUE(guilt.donor.starts_with("pointer")) << guilt.donor;
}

TEST(Blame, ManyStepsAreADesignAndNoList) {
  const fuzz::Guilt guilt{.donor = "pointer", .steps = std::vector<std::string>(7, "prologue: 'x' is missing")};
  EXPECT_EQ(guilt.sentence(), "no few steps: another design, the 7 steps in which pointer differs together");
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
  const auto same = jit::differences(scheme("pointer"), scheme("pointer"), jit::same_step<x86_64::Emitter>);
  EXPECT_TRUE(same.empty());
  const auto reload = jit::differences(scheme("by-value"), scheme("by-value-5.17"), jit::same_step<x86_64::Emitter>);
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

/// A tail call lands behind the pad that the mixed scheme has.
TEST(SchemeDiff, AllDifferencesOnArm64TakeTheLandingAlong) {
  const arm64::Scheme& from = *arm64::find_scheme("by-value");
  for (const arm64::Scheme& to : arm64::schemes()) {
    const auto all = jit::differences(from, to, jit::same_step<arm64::Emitter>);
    const arm64::Scheme mixed = jit::with_differences<arm64::Emitter>(from, to, all);
    EXPECT_EQ(mixed.landing({}), to.landing({})) << to.identity.name;
    EXPECT_EQ(mixed.lowering.stack, to.lowering.stack) << to.identity.name;
  }
}

TEST(SchemeDiff, AllDifferencesLeadFromOneSchemeToTheOther) {
  for (const Scheme& from : x86_64::schemes()) {
    for (const Scheme& to : x86_64::schemes()) {
      const auto all = jit::differences(from, to, jit::same_step<x86_64::Emitter>);
      const Scheme mixed = jit::with_differences<x86_64::Emitter>(from, to, all);
      EXPECT_EQ(names_of(mixed), names_of(to)) << from.identity.name << " to " << to.identity.name;
      EXPECT_TRUE(jit::differences(mixed, to, jit::same_step<x86_64::Emitter>).empty());
    }
  }
}

}  // namespace

}  // namespace tailbound::test

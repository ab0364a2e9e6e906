// The closed form: exact counts for hierarchies, agreement with the walker, and what it declines.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <gmpxx.h>

#include <cstdint>
#include <string>
#include <utility>

#include "oracles/model/closed_form.hpp"
#include "oracles/model/walker.hpp"
#include "tests/oracles/model/random_scenario.hpp"
#include "tests/oracles/model/scenario_parts.hpp"

namespace tailbound::model {
namespace {

using namespace testing;

bpf::Profile any_small_profile() {
  return {.name = "small",
          .limit = *rc::gen::inRange(0U, 4U),
          .cost_out_of_range = *rc::gen::inRange(0U, 3U),
          .cost_empty = *rc::gen::inRange(0U, 3U),
          .cost_limit = *rc::gen::inRange(0U, 3U)};
}

struct Comparison {
  bool comparable = false;
  bool finished = false;
};

/// Holds the closed form of every run against a walk with that much fuel.
Comparison compare(const bpf::Scenario& scenario, Discipline discipline, const bpf::Profile& profile,
                   std::uint64_t fuel) {
  Walker walker({.discipline = discipline, .profile = &profile, .fuel = fuel});
  const Observation& seen = walker.walk(scenario);
  Comparison result;
  for (std::size_t r = 0; r < seen.runs.size(); ++r) {
    const auto form = closed_form(scenario, r, discipline, profile);
    if (!form) {
      RC_ASSERT(form.error().starts_with("incomparable: "));
      continue;
    }
    result.comparable = true;
    const RunObservation& run = seen.runs[r];
    if (run.out_of_fuel()) {
      RC_ASSERT(mpz_class(form->entries.decimal) >= mpz_class(std::to_string(fuel)));
      continue;
    }
    result.finished = true;
    RC_ASSERT(form->tail_calls.small == run.tail_calls(seen.layout));
    RC_ASSERT(form->refused.small == run.fall_throughs(seen.layout));
    RC_ASSERT(form->entries.small == run.ledger[bpf::LedgerLayout::total]);
    RC_ASSERT(form->entries.decimal == std::to_string(*form->entries.small));
  }
  return result;
}

// --- properties ---------------------------------------------------------------------------------------------

RC_GTEST_PROP(ClosedForm, CountsWhatTheWalkerCountsUnderSmallLimits, (bool shared)) {
  const Shape without_state{.reads_state = false, .changes_during_runs = false, .attachments = false};
  const auto scenario = random_scenario(without_state);
  const auto discipline = shared ? Discipline::cell : Discipline::by_value;
  const auto result = compare(scenario, discipline, any_small_profile(), 1'000'000);
  RC_ASSERT(result.comparable);
  RC_CLASSIFY(!result.finished, "out of fuel");
}

RC_GTEST_PROP(ClosedForm, CountsWhatTheWalkerCountsUnderEveryProfileOfAKernel, ()) {
  const Shape without_state{.reads_state = false, .changes_during_runs = false, .attachments = false};
  const auto scenario = random_scenario(without_state);
  for (const bpf::Profile& profile : bpf::profiles()) {
    RC_ASSERT(compare(scenario, Discipline::cell, profile, 1'000'000).comparable);
  }
}

RC_GTEST_PROP(ClosedForm, IsRightWheneverItDoesNotDecline, (bool shared)) {
  const auto discipline = shared ? Discipline::cell : Discipline::by_value;
  const auto result = compare(random_scenario(), discipline, any_small_profile(), 100'000);
  RC_CLASSIFY(result.comparable, "comparable");
}

RC_GTEST_PROP(ClosedForm, UnderCellStaysWithinTheBound, ()) {
  const auto scenario = random_scenario();
  const auto form = closed_form(scenario, 0, Discipline::cell, bpf::profile_linux());
  if (form) RC_ASSERT(form->tail_calls.small.value() <= 33U);
}

// --- hierarchies: N + N^2 + … + N^33 by value ---------------------------------------------------------------

TEST(ClosedForm, CountsTheTwoCallHierarchyByValue) {
  const auto form = closed_form(hierarchy(2), 0, Discipline::by_value, bpf::profile_linux());
  ASSERT_TRUE(form.has_value()) << form.error();
  EXPECT_EQ(form->tail_calls.decimal, "17179869182");
  EXPECT_EQ(form->tail_calls.small, 17'179'869'182U);
  // Every main, 1 + the tail calls, makes two calls; every call that is refused is at the limit.
  EXPECT_EQ(form->entries.small, 3 * (17'179'869'182U + 1));
  EXPECT_EQ(form->refused.small, 2 * (17'179'869'182U + 1) - 17'179'869'182U);
}

TEST(ClosedForm, CountsHierarchiesByValueExactlyHoweverLarge) {
  for (std::uint32_t n = 1; n <= 10; ++n) {
    mpz_class power = 1, sum = 0;
    for (int k = 1; k <= 33; ++k) {
      power *= n;
      sum += power;
    }
    const auto form = closed_form(hierarchy(n), 0, Discipline::by_value, bpf::profile_linux());
    ASSERT_TRUE(form.has_value()) << form.error();
    EXPECT_EQ(form->tail_calls.decimal, sum.get_str()) << n;
    EXPECT_EQ(form->tail_calls.small.has_value(), sum <= mpz_class(std::to_string(UINT64_MAX))) << n;
  }
}

TEST(ClosedForm, CountsThirtyThreeForEveryHierarchyUnderCell) {
  for (std::uint32_t n = 1; n <= 10; ++n) {
    const auto form = closed_form(hierarchy(n), 0, Discipline::cell, bpf::profile_linux());
    ASSERT_TRUE(form.has_value()) << form.error();
    EXPECT_EQ(form->tail_calls.small, 33U);
    EXPECT_EQ(form->entries.small, 34 * (n + 1));
  }
}

TEST(ClosedForm, FollowsTheLargestLimitThroughTheDeepestCalls) {
  // Eight frames under each tail call: main calls s1, which calls s2, … and s7 tail-calls main.
  auto scenario = hierarchy(1);
  auto& functions = scenario.programs[0].functions;
  functions.pop_back();
  for (std::uint16_t f = 1; f < 7; ++f) {
    functions.push_back(function("s" + std::to_string(f), {call(static_cast<std::uint16_t>(f + 1)), give(0)}));
  }
  functions.push_back(function("s7", {tail_call(0), give(0)}));
  const bpf::Profile largest{.name = "largest", .limit = 256};
  const auto form = closed_form(scenario, 0, Discipline::cell, largest);
  ASSERT_TRUE(form.has_value()) << form.error();
  EXPECT_EQ(form->entries.small, 257U * 8);
  EXPECT_EQ(closed_form(scenario, 0, Discipline::cell, {.name = "too large", .limit = 257}).error(),
            "incomparable: the profile's limit is above 256");
}

// --- state that is known, and what is declined --------------------------------------------------------------

/// The hierarchy's main, only when that holds.
bpf::Scenario guarded(bpf::Expr left) {
  auto s = hierarchy(2);
  s.maps = {{"map", {0, 0}}};
  bpf::Block& body = s.programs[0].functions[0].body;
  body.insert(body.begin(), {bpf::If{std::move(left), bpf::Compare::ne, 0, {give(7)}, {}}});
  return s;
}

TEST(ClosedForm, KnowsCellsThatNoProgramStoresTo) {
  auto s = guarded(cell(1));
  s.events = {run(0), bpf::SetCell{{0, 1}, 1}, run(0), bpf::SetCell{{0, 1}, 0}, bpf::SetSlot{0, 0, {}}, run(0)};
  const auto tail_calls = [&](std::size_t r) {
    return closed_form(s, r, Discipline::by_value, bpf::profile_linux()).value().tail_calls.small;
  };
  EXPECT_EQ(tail_calls(0), 17'179'869'182U);
  EXPECT_EQ(tail_calls(1), 0U);
  EXPECT_EQ(tail_calls(2), 0U);
}

TEST(ClosedForm, KnowsWhatAFunctionReturns) {
  auto s = guarded(value_of_call(2));
  s.programs[0].functions.push_back(function("zero", {give(cell(0))}));
  EXPECT_EQ(closed_form(s, 0, Discipline::cell, bpf::profile_linux()).value().tail_calls.small, 33U);
}

std::string declined(const bpf::Scenario& scenario, std::size_t run = 0) {
  const auto form = closed_form(scenario, run, Discipline::cell, bpf::profile_linux());
  return form ? "comparable" : form.error();
}

TEST(ClosedForm, DeclinesWhatDependsOnState) {
  const std::string on_entries = "incomparable: a condition depends on how often a function was entered";
  EXPECT_EQ(declined(guarded(entries(0))), on_entries);
  bpf::Expr second = constant(0);
  second.rest = {{bpf::ExprOp::mul, bpf::Entries{}}};
  EXPECT_EQ(declined(guarded(second)), on_entries);

  auto stores = guarded(cell(0));
  auto& body = stores.programs[0].functions[1].body;
  body.insert(body.begin(), {bpf::StoreCell{{0, 0}, constant(0)}});
  EXPECT_EQ(declined(stores), "incomparable: a condition depends on a cell that a program stores to");

  auto index = hierarchy(2);
  index.programs[0].functions[1].body[0] = tail_call(entries(0));
  EXPECT_EQ(declined(index), "incomparable: a tail call's index depends on how often a function was entered");

  auto through_a_call = guarded(value_of_call(2));
  through_a_call.programs[0].functions.push_back(function("counts", {give(entries(0))}));
  EXPECT_EQ(declined(through_a_call), on_entries);
}

TEST(ClosedForm, DeclinesWhatEventsHaveArmed) {
  auto probed = hierarchy(2);
  probed.programs.push_back({{function("probe", {give(0)})}});
  const bpf::Attach attach{bpf::AttachKind::fentry, 1, {0, 1}};
  probed.events = {run(0), attach, run(0), bpf::Detach{1, {0, 1}}, run(0)};
  EXPECT_EQ(declined(probed, 0), "comparable");
  EXPECT_EQ(declined(probed, 1), "incomparable: a probe is attached");
  EXPECT_EQ(declined(probed, 2), "comparable");
  EXPECT_EQ(declined(probed, 3), "incomparable: there is no run number 3");

  auto changing = hierarchy(2);
  changing.events = {run(0), bpf::AtEntry{{0, 0}, 2, {0, 0, {}}}, run(0)};
  EXPECT_EQ(declined(changing, 0), "comparable");
  EXPECT_EQ(declined(changing, 1), "incomparable: a slot changes while the run goes on");
}

TEST(ClosedForm, DoesNotMindStateThatIsNeverReached) {
  auto s = hierarchy(2);
  bpf::If unreached{constant(0), bpf::Compare::ne, 0, {tail_call(entries(0))}, {}};
  s.programs[0].functions[0].body.insert(s.programs[0].functions[0].body.begin(), {unreached});
  EXPECT_EQ(declined(s), "comparable");
}

}  // namespace
}  // namespace tailbound::model

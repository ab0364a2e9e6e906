// Each check sees exactly the difference that it is for.
#include "oracles/check/checks.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "jit/bpf/graph.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

using bpf::LedgerLayout;

bpf::Scenario hierarchy() {
  auto scenario = bpf::parse_graph(
      "map m[2] {}\narray a[1] { 0: p }\n"
      "program p { stack 8; call f; call f; m[1] = entries(p); return 1; subprog f { tail_call a[0]; return 0 } }\n"
      "run p\nexpect return 1, tail_calls 33, entries p 34, entries p.f 68, refused 35, cell m[1] 34, "
      "out_of_fuel no\ndelete a[0]\nrun p\nexpect tail_calls 0\n");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return *scenario;
}

Observation predicted() {
  model::Walker walker({});
  return walker.walk(hierarchy());
}

struct Row {
  const char* behaviour;
  Property property;
  const char* kind;
  std::function<void(Observation&)> change;
};

class SameBehaviour : public testing::TestWithParam<Row> {};

TEST_P(SameBehaviour, NamesTheFirstDifference) {
  const Observation want = predicted();
  Observation got = want;
  GetParam().change(got);
  const Verdict verdict = check::same_behaviour(want, got, true);
  EXPECT_EQ(verdict.outcome, Outcome::disagree);
  EXPECT_EQ(name(verdict.property), name(GetParam().property));
  EXPECT_EQ(verdict.kind, GetParam().kind);
}

auto& word(Observation& seen, std::uint32_t index) { return seen.runs[0].ledger[index]; }

INSTANTIATE_TEST_SUITE_P(
    Changes, SameBehaviour,
    testing::Values(
        Row{"OneMoreTailCall", Property::count, "more", [](auto& o) { ++word(o, o.layout.attempts(0)); }},
        Row{"OneTailCallFewer", Property::count, "fewer", [](auto& o) { ++word(o, o.layout.fall_throughs(0)); }},
        Row{"OneMoreRefusedCall", Property::attempts, "more",
            [](auto& o) {
              ++word(o, o.layout.attempts(0));
              ++word(o, o.layout.fall_throughs(0));
            }},
        Row{"OneMoreEntry", Property::entries, "more", [](auto& o) { ++word(o, o.layout.entry(1)); }},
        Row{"FuelLeft", Property::fuel, "other", [](auto& o) { --word(o, LedgerLayout::fuel); }},
        Row{"AnotherOrder", Property::trace, "other", [](auto& o) { ++word(o, LedgerLayout::hash); }},
        Row{"ALongerTrace", Property::trace, "other", [](auto& o) { ++word(o, LedgerLayout::total); }},
        Row{"LastEntries", Property::trace, "other", [](auto& o) { ++word(o, LedgerLayout::ring + 3); }},
        Row{"ReturnValue", Property::return_value, "other", [](auto& o) { ++o.runs[0].return_value; }},
        Row{"LostRegister", Property::live, "other", [](auto& o) { ++word(o, LedgerLayout::live); }},
        Row{"MapCell", Property::cells, "other", [](auto& o) { ++o.runs[0].cells[1]; }},
        Row{"SecondRun", Property::return_value, "other", [](auto& o) { ++o.runs[1].return_value; }}),
    [](const auto& row) { return row.param.behaviour; });

TEST(SameBehaviour, EqualObservationsAgree) {
  EXPECT_EQ(check::same_behaviour(predicted(), predicted(), true).outcome, Outcome::agree);
}

TEST(SameBehaviour, LiveIsLeftOutWhereItIsIncomparable) {
  const Observation want = predicted();
  Observation got = want;
  ++word(got, LedgerLayout::live);
  EXPECT_EQ(check::same_behaviour(want, got, false).outcome, Outcome::agree);
}

TEST(Bound, IsAtMostItself) {
  Observation seen = predicted();
  EXPECT_EQ(check::bound(seen, 33).outcome, Outcome::agree);
  EXPECT_EQ(check::bound(seen, 32).property, Property::bound);
  seen.runs[0].contexts[0] = 34;
  EXPECT_TRUE(check::bound(seen, 33).broken());
  // Without a list of contexts the whole run is one.
  seen.runs[0].contexts.clear();
  EXPECT_FALSE(check::bound(seen, 33).broken());
  ++word(seen, seen.layout.attempts(0));
  EXPECT_TRUE(check::bound(seen, 33).broken());
}

TEST(Ended, AFaultAndATimeoutAreBroken) {
  Observation seen = predicted();
  EXPECT_FALSE(check::ended(seen).broken());
  seen.runs[1].status = RunStatus::fault;
  seen.runs[1].fault.kind = "SIGILL";
  EXPECT_EQ(check::ended(seen).kind, "SIGILL");
  EXPECT_EQ(check::ended(seen).run, 1U);
  seen.runs[1].status = RunStatus::timeout;
  EXPECT_EQ(check::ended(seen).kind, "timeout");
}

TEST(FrameBalance, EachPartCounts) {
  for (const auto part : {&FrameState::stack_pointer, &FrameState::callee_saved, &FrameState::canaries}) {
    Observation seen = predicted();
    EXPECT_FALSE(check::frame_balance(seen).broken());
    seen.runs[0].frame.*part = false;
    EXPECT_EQ(check::frame_balance(seen).property, Property::frame);
  }
}

TEST(Expectations, HoldOnTheModelsOwnPrediction) {
  EXPECT_FALSE(check::expectations(hierarchy(), predicted()).broken());
}

TEST(Expectations, EveryKindCanFail) {
  const bpf::Scenario scenario = hierarchy();
  const std::size_t count = std::get<bpf::Run>(scenario.events[0]).expectations.size();
  ASSERT_EQ(count, 7U);
  for (std::size_t i = 0; i < count; ++i) {
    bpf::Scenario wrong = scenario;
    auto& expect = std::get<bpf::Run>(wrong.events[0]).expectations[i];
    expect.value ^= 1;
    EXPECT_EQ(check::expectations(wrong, predicted()).property, Property::expectation) << "expectation " << i;
  }
}

TEST(Expectations, ReturnValuesAreComparedInThirtyTwoBits) {
  bpf::Scenario scenario = hierarchy();
  Observation seen = predicted();
  seen.runs[0].return_value |= std::uint64_t{1} << 40;
  EXPECT_FALSE(check::expectations(scenario, seen).broken());
}

}  // namespace

}  // namespace tailbound::test

// The walker: what holds for every scenario, then rows and the kernel's hierarchy selftests.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "oracles/model/walker.hpp"
#include "tests/oracles/model/random_scenario.hpp"
#include "tests/oracles/model/scenario_parts.hpp"

namespace tailbound::model {
namespace {

using namespace testing;
using Layout = bpf::LedgerLayout;

const bpf::Profile& any_profile() {
  return **rc::gen::element(&bpf::profile_linux(), &bpf::profile_linux_6_1());
}

WalkOptions options_of(const bpf::Profile& profile, Discipline discipline = Discipline::cell) {
  return {.discipline = discipline, .profile = &profile, .fuel = std::nullopt, .keep_trace = 0};
}

// --- properties ---------------------------------------------------------------------------------------------

RC_GTEST_PROP(Walker, NoContextTakesMoreThanThirtyThree, ()) {
  Walker walker(options_of(any_profile()));
  walker.walk(random_scenario());
  for (const ContextCount& context : walker.contexts()) RC_ASSERT(context.taken <= 33U);
}

/// In range, both profiles charge what finds a program, and linux-6.1 an empty slot too. An attempt that met the
/// limit would have been charged under linux-6.1; under linux only if its slot was filled, so there the count is
/// full as soon as one attempt met the limit.
RC_GTEST_PROP(Walker, AContextIsChargedExactlyTheLesserOf33AndItsChargedAttempts, ()) {
  const bpf::Profile& profile = any_profile();
  Walker walker(options_of(profile));
  walker.walk(random_scenario());
  for (const ContextCount& c : walker.contexts()) {
    const std::uint64_t paid = c.taken + profile.cost_empty * c.empty;
    RC_ASSERT(paid <= 33U);
    if (c.at_limit > 0) RC_ASSERT(paid == 33U);
    if (profile.cost_empty == 1) RC_ASSERT(paid == std::min<std::uint64_t>(33, c.taken + c.empty + c.at_limit));
  }
}

RC_GTEST_PROP(Walker, TheLedgerIsWhatTheFullTraceAddsUpTo, ()) {
  const auto scenario = random_scenario();
  const auto fuel = *rc::gen::element<std::uint64_t>(0, 1, 2, 40, 700);
  Walker walker({.profile = &any_profile(), .fuel = fuel, .keep_trace = 10'000});
  const Observation& seen = walker.walk(scenario);
  RC_ASSERT(seen.layout.functions == bpf::number(scenario).functions);
  RC_ASSERT(seen.layout.sites == bpf::number(scenario).sites);
  for (std::size_t r = 0; r < seen.runs.size(); ++r) {
    std::vector<std::uint64_t> want(seen.layout.words(), 0);
    const auto& trace = walker.traces()[r];
    for (std::size_t n = 0; n < trace.size(); ++n) {
      const std::uint32_t id = trace[n].function_id;
      want[Layout::hash] = bpf::trace_hash(want[Layout::hash], id);
      ++want[seen.layout.entry(id)];
      auto* ring = reinterpret_cast<std::byte*>(want.data() + Layout::ring);
      std::memcpy(ring + n % Layout::ring_entries * sizeof id, &id, sizeof id);
    }
    want[Layout::fuel] = fuel - trace.size();
    want[Layout::total] = trace.size();
    const auto& ledger = seen.runs[r].ledger;
    want[Layout::live] = ledger[Layout::live];
    RC_ASSERT(std::ranges::equal(std::span(ledger).first(seen.layout.attempts(0)),
                                 std::span(want).first(seen.layout.attempts(0))));
    RC_ASSERT(trace.empty() == (fuel == 0));
  }
}

RC_GTEST_PROP(Walker, ContextsAccountForEveryAttemptAndEveryTailCall, ()) {
  Walker walker({.profile = &any_profile(), .fuel = 2000, .keep_trace = 10'000});
  const Observation& seen = walker.walk(random_scenario());
  for (std::size_t r = 0; r < seen.runs.size(); ++r) {
    std::uint64_t taken = 0, refused = 0;
    for (const ContextCount& c : walker.contexts()) {
      if (c.run != r) continue;
      taken += c.taken;
      refused += c.out_of_range + c.at_limit + c.empty;
    }
    RC_ASSERT(seen.runs[r].tail_calls(seen.layout) == taken);
    RC_ASSERT(seen.runs[r].fall_throughs(seen.layout) == refused);
    // A target that found no fuel is taken but not entered.
    const auto& trace = walker.traces()[r];
    const auto entered = static_cast<std::uint64_t>(std::ranges::count(trace, true, &TraceEntry::by_tail_call));
    RC_ASSERT(entered <= taken);
    if (!seen.runs[r].out_of_fuel()) RC_ASSERT(entered == taken);
  }
}

RC_GTEST_PROP(Walker, LessFuelCutsTheTraceAndChangesNothingBefore, ()) {
  // Without later runs: what a cut run leaves in slots and cells would reach them.
  auto scenario = random_scenario();
  const auto is_run = [](const bpf::Event& e) { return std::holds_alternative<bpf::Run>(e); };
  scenario.events.erase(std::ranges::find_if(scenario.events, is_run) + 1, scenario.events.end());
  const auto less = *rc::gen::inRange<std::uint64_t>(0, 60);
  Walker full({.profile = &any_profile(), .fuel = 5000, .keep_trace = 10'000});
  Walker cut({.profile = full.options().profile, .fuel = less, .keep_trace = 10'000});
  full.walk(scenario);
  cut.walk(scenario);
  const auto& all = full.traces()[0];
  const auto& some = cut.traces()[0];
  RC_ASSERT(some.size() == std::min<std::size_t>(less, all.size()));
  RC_ASSERT(std::equal(some.begin(), some.end(), all.begin()));
}

RC_GTEST_PROP(Walker, AWalkDoesNotRememberTheWalkBefore, ()) {
  const auto first = random_scenario(), second = random_scenario();
  Walker used({.fuel = 1000, .keep_trace = 100}), fresh({.fuel = 1000, .keep_trace = 100});
  used.walk(first);
  const Observation& again = used.walk(second);
  const Observation& want = fresh.walk(second);
  RC_ASSERT(again.runs.size() == want.runs.size());
  for (std::size_t r = 0; r < want.runs.size(); ++r) {
    RC_ASSERT(again.runs[r].ledger == want.runs[r].ledger);
    RC_ASSERT(again.runs[r].cells == want.runs[r].cells);
    RC_ASSERT(again.runs[r].return_value == want.runs[r].return_value);
    RC_ASSERT(used.traces()[r] == fresh.traces()[r]);
  }
  RC_ASSERT(std::ranges::equal(used.contexts(), fresh.contexts()));
}

RC_GTEST_PROP(Walker, FramesAtAnEntryEndInTheEntryOfTheTrace, (bool shared)) {
  const auto scenario = random_scenario();
  const auto discipline = shared ? Discipline::cell : Discipline::by_value;
  Walker walker({.discipline = discipline, .fuel = 300, .keep_trace = 300});
  walker.walk(scenario);
  const auto traces = std::vector(walker.traces().begin(), walker.traces().end());
  const auto run = *rc::gen::inRange<std::size_t>(0, traces.size());
  const auto entry = *rc::gen::inRange<std::uint64_t>(0, traces[run].size());
  const auto frames = walker.frames_at(scenario, run, entry);
  RC_ASSERT(frames.size() == traces[run][entry].depth);
  RC_ASSERT(frames.back().function_id == traces[run][entry].function_id);
  RC_ASSERT(frames.back().count == traces[run][entry].count);
  RC_ASSERT(walker.frames_at(scenario, run, traces[run].size()).empty());
}

// --- the kernel's hierarchy selftests (tailcall_bpf2bpf_hierarchy_1 to _3) -------------------------------------

std::uint64_t entries_of(const Observation& seen, std::size_t run, std::uint32_t function_id) {
  return seen.runs[run].ledger[seen.layout.entry(function_id)];
}

TEST(Hierarchy1, EntersItsMain34TimesAndOnceMoreWhenTheSlotIsEmpty) {
  auto scenario = hierarchy(2);
  scenario.events = {run(0), bpf::SetSlot{0, 0, std::nullopt}, run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(scenario);
  EXPECT_EQ(entries_of(seen, 0, 0), 34U);
  EXPECT_EQ(entries_of(seen, 0, 1), 68U);
  EXPECT_EQ(seen.runs[0].tail_calls(seen.layout), 33U);
  EXPECT_EQ(seen.runs[0].return_value, 1U);
  EXPECT_EQ(entries_of(seen, 1, 0), 1U);
  EXPECT_EQ(entries_of(seen, 1, 1), 2U);
  EXPECT_EQ(seen.runs[1].tail_calls(seen.layout), 0U);
}

TEST(Hierarchy1, ByValueRunsOutOfFuel) {
  Walker walker(options_of(bpf::profile_linux(), Discipline::by_value));
  const Observation& seen = walker.walk(hierarchy(2));
  EXPECT_TRUE(seen.runs[0].out_of_fuel());
  EXPECT_GT(seen.runs[0].tail_calls(seen.layout), 33U);
  EXPECT_EQ(seen.runs[0].ledger[Layout::total], bpf::default_fuel);
}

TEST(Hierarchy1, WithALimitOfThreeByValueTakesTwoAndFourAndEight) {
  const bpf::Profile three{.name = "three", .limit = 3};
  Walker walker(options_of(three, Discipline::by_value));
  const Observation& seen = walker.walk(hierarchy(2));
  EXPECT_EQ(seen.runs[0].tail_calls(seen.layout), 2U + 4U + 8U);
  EXPECT_FALSE(seen.runs[0].out_of_fuel());
}

TEST(Hierarchy2, TheFirstSubprogramSpendsTheWholeBudget) {
  bpf::Scenario s;
  s.arrays = {{"jmp_table", 2, {{0, 1}, {1, 2}}}};
  bpf::Expr both = entries(2);
  both.rest = {{bpf::ExprOp::lsh, bpf::Constant{16}}, {bpf::ExprOp::bit_or, bpf::Entries{{1, 0}}}};
  const auto leaf = [](std::string name, std::int32_t slot) { return function(name, {tail_call(slot), give(0)}); };
  s.programs = {{{function("entry", {call(1), call(2), give(both)}), leaf("e0", 0), leaf("e1", 1)}},
                {{function("c0", {call(1), give(0)}), leaf("c0_t", 0)}},
                {{function("c1", {call(1), give(0)}), leaf("c1_t", 1)}}};
  s.events = {run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(s);
  EXPECT_EQ(seen.runs[0].return_value, 33U);
  EXPECT_EQ(entries_of(seen, 0, 3), 33U);
  EXPECT_EQ(entries_of(seen, 0, 5), 0U);
}

TEST(Hierarchy3, TwoArraysShareTheBudget) {
  bpf::Scenario s;
  s.arrays = {{"first", 1, {{0, 1}}}, {"second", 1, {{0, 1}}}};
  s.programs = {{{function("entry", {tail_call(data(0)), give(0)})}},
                {{function("c0", {call(1), call(2), give(entries(1))}),
                  function("sub0", {tail_call(data(0), 0), give(0)}),
                  function("sub1", {tail_call(data(0), 1), give(0)})}}};
  s.events = {run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(s);
  EXPECT_EQ(seen.runs[0].return_value, 33U);
  EXPECT_EQ(seen.runs[0].tail_calls(seen.layout), 33U);
}

// --- profiles --------------------------------------------------------------------------------------------------

TEST(Profile, AnEmptySlotCostsOneOnlyBefore612) {
  // The newer tailcall_3: the entry first tries an empty slot.
  bpf::Scenario s;
  s.arrays = {{"jmp_table", 2, {{0, 1}}}};
  s.programs = {{{function("entry", {tail_call(1), tail_call(0), give(0)})}},
                {{function("c0", {tail_call(0), give(1)})}}};
  s.events = {run(0)};
  Walker now(options_of(bpf::profile_linux())), then(options_of(bpf::profile_linux_6_1()));
  EXPECT_EQ(entries_of(now.walk(s), 0, 1), 33U);
  EXPECT_EQ(entries_of(then.walk(s), 0, 1), 32U);
}

// --- attachments and changes during runs --------------------------------------------------------------------------

std::vector<std::uint32_t> traced_ids(const Walker& walker, std::size_t run) {
  std::vector<std::uint32_t> ids;
  for (const TraceEntry& entry : walker.traces()[run]) ids.push_back(entry.function_id);
  return ids;
}

/// hierarchy_1 and, as program 1, a probe that tail-calls once.
bpf::Scenario probed(bpf::AttachKind kind, bpf::FunctionRef target) {
  auto s = hierarchy(2);
  s.arrays.push_back({"of_probe", 1, {{0, 2}}});
  s.programs.push_back({{function("probe", {tail_call(0, 1), give(9)})}});
  s.programs.push_back({{function("after_probe", {give(9)})}});
  s.events = {bpf::Attach{kind, 1, target}, run(0)};
  return s;
}

TEST(Attach, TracingProbesOfACalledFunctionSpendTheirOwnBudgets) {
  for (const auto kind : {bpf::AttachKind::fentry, bpf::AttachKind::fexit}) {
    Walker walker({});
    const Observation& seen = walker.walk(probed(kind, {0, 1}));
    EXPECT_EQ(entries_of(seen, 0, 0), 34U);
    EXPECT_EQ(entries_of(seen, 0, 2), 68U);
    EXPECT_EQ(entries_of(seen, 0, 3), 68U);
    EXPECT_EQ(seen.runs[0].return_value, 1U);
    EXPECT_EQ(walker.contexts().size(), 69U);
    EXPECT_EQ(walker.contexts()[0].taken, 33U);
    EXPECT_EQ(walker.contexts()[68].taken, 1U);
  }
}

TEST(Attach, AProbeOnAMainSeesTheRunButNoTailCallInto) {
  Walker walker({});
  const Observation& seen = walker.walk(probed(bpf::AttachKind::fentry, {0, 0}));
  EXPECT_EQ(entries_of(seen, 0, 0), 34U);
  EXPECT_EQ(entries_of(seen, 0, 2), 1U);
}

TEST(Attach, FentryIsRecordedBeforeItsTargetAndFexitAfter) {
  for (const auto kind : {bpf::AttachKind::fentry, bpf::AttachKind::fexit}) {
    auto s = probed(kind, {0, 1});
    s.arrays[0].slots.clear();
    s.arrays[1].slots.clear();
    Walker walker({.keep_trace = 9});
    walker.walk(s);
    const bool before = kind == bpf::AttachKind::fentry;
    EXPECT_EQ(traced_ids(walker, 0), before ? (std::vector<std::uint32_t>{0, 2, 1, 2, 1})
                                            : (std::vector<std::uint32_t>{0, 1, 2, 1, 2}));
  }
}

TEST(Attach, TheNewestProbeRunsFirstAndADetachedOneNotAtAll) {
  auto s = probed(bpf::AttachKind::fentry, {0, 0});
  s.events = {bpf::Attach{bpf::AttachKind::fentry, 1, {0, 0}}, bpf::Attach{bpf::AttachKind::fentry, 2, {0, 0}},
              run(0), bpf::Detach{2, {0, 0}}, run(0), bpf::Detach{1, {0, 0}}, run(0)};
  s.arrays[1].slots.clear();
  Walker walker({.keep_trace = 1});
  walker.walk(s);
  EXPECT_EQ(walker.traces()[0][0].function_id, 3U);
  EXPECT_EQ(walker.traces()[1][0].function_id, 2U);
  EXPECT_EQ(walker.traces()[2][0].function_id, 0U);
}

TEST(Attach, AReplacementRunsInsteadOfItsTargetAndSharesItsBudget) {
  // The replacement of `tail` tail-calls the main just as `tail` would.
  auto s = hierarchy(2);
  s.programs.push_back({{function("instead", {tail_call(0), give(9)})}});
  s.events = {bpf::Attach{bpf::AttachKind::freplace, 1, {0, 1}}, run(0), bpf::Detach{1, {0, 1}}, run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(s);
  EXPECT_EQ(entries_of(seen, 0, 0), 34U);
  EXPECT_EQ(entries_of(seen, 0, 1), 0U);
  EXPECT_EQ(entries_of(seen, 0, 2), 68U);
  EXPECT_EQ(walker.contexts().size(), 2U);
  EXPECT_EQ(entries_of(seen, 1, 1), 68U);

  bpf::Profile apart = bpf::profile_linux();
  apart.replacement_shares_context = false;
  Walker unshared(options_of(apart));
  EXPECT_TRUE(unshared.walk(s).runs[0].out_of_fuel());
}

TEST(Attach, AProbeThatSharesTheContextSpendsItsTargetsBudget) {
  bpf::Profile together = bpf::profile_linux();
  together.probe_opens_context = false;
  Walker walker(options_of(together));
  const Observation& seen = walker.walk(probed(bpf::AttachKind::fentry, {0, 1}));
  EXPECT_EQ(walker.contexts().size(), 1U);
  EXPECT_EQ(seen.runs[0].tail_calls(seen.layout), 33U);
  EXPECT_GT(entries_of(seen, 0, 3), 0U);
}

TEST(Attach, AProbeThatIsReachedAgainWhileItRunsIsPassedOver) {
  // The probe of `tail` tail-calls the main, which calls `tail` again.
  auto s = probed(bpf::AttachKind::fentry, {0, 1});
  s.arrays = {{"jmp_table", 1, {}}, {"of_probe", 1, {{0, 0}}}};
  s.programs[0].functions[0].body = {call(1), give(1)};
  Walker walker({.keep_trace = 9});
  walker.walk(s);
  EXPECT_EQ(traced_ids(walker, 0), (std::vector<std::uint32_t>{0, 2, 0, 1, 1}));
}

TEST(AtEntry, ASlotThatIsEmptiedDuringTheRunStopsItThere) {
  auto s = hierarchy(2);
  s.events = {bpf::AtEntry{{0, 0}, 5, {0, 0, std::nullopt}}, run(0), run(0), bpf::SetSlot{0, 0, 0}, run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(s);
  EXPECT_EQ(entries_of(seen, 0, 0), 5U);
  EXPECT_EQ(entries_of(seen, 1, 0), 1U) << "the slot stays empty";
  EXPECT_EQ(entries_of(seen, 2, 0), 5U) << "the event is armed for every later run";
}

// --- details of the ledger and of values ---------------------------------------------------------------------------

TEST(Live, IsTheSumOfKeptRegistersAndOfTheStackCutToItsWidth) {
  bpf::Scenario s;
  for (int i = 0; i < 20; ++i) s.programs.push_back({{function("pad" + std::to_string(i), {give(0)})}});
  s.programs.push_back({{{"last", 3, bpf::keep::all, {give(0)}}}});
  s.events = {run(20)};
  Walker walker({});
  const std::uint64_t id = 20;
  const std::uint64_t registers = (id * 16 + 7) + (id * 16 + 8) + (id * 16 + 9);
  EXPECT_EQ(walker.walk(s).runs[0].ledger[Layout::live], registers + ((id * 16 + 10) & 0xff));
}

TEST(Live, IsNotReadBackByAFrameThatATailCallReplaced) {
  bpf::Scenario s;
  s.arrays = {{"jmp_table", 1, {{0, 1}}}};
  s.programs = {{{{"entry", 0, bpf::keep::r7, {tail_call(0), give(0)}}}}, {{function("target", {give(3)})}}};
  s.events = {run(0)};
  Walker walker({});
  EXPECT_EQ(walker.walk(s).runs[0].ledger[Layout::live], 0U);
}

TEST(Asm, MarksTheRunInWhichItRan) {
  bpf::Scenario s;
  s.programs = {{{function("plain", {give(0)})}},
                {{function("with_asm", {{bpf::Asm{{bpf::build::mov(bpf::Reg::r0, 1)}}}, give(0)})}}};
  s.events = {run(0), run(1)};
  Walker walker({});
  walker.walk(s);
  EXPECT_FALSE(walker.asm_seen(0));
  EXPECT_TRUE(walker.asm_seen(1));
}

TEST(TailCallIndex, IsItsLow32Bits) {
  bpf::Scenario s;
  s.arrays = {{"jmp_table", 1, {{0, 1}}}};
  s.programs = {{{function("entry", {tail_call(data(0x1'0000'0000)), give(0)})}}, {{function("target", {give(3)})}}};
  s.events = {run(0)};
  Walker walker({});
  EXPECT_EQ(walker.walk(s).runs[0].return_value, 3U);
}

struct ConditionRow {
  bpf::Compare compare;
  std::uint64_t left;
  std::int32_t right;
  bool holds;
};

TEST(If, ComparesWithASignExtendedConstant) {
  using enum bpf::Compare;
  const std::uint64_t minus_one = ~std::uint64_t{0};
  const ConditionRow rows[] = {
      {eq, minus_one, -1, true}, {eq, 0xffff'ffff, -1, false}, {ne, 1, 1, false},         {gt, minus_one, 1, true},
      {ge, 1, 1, true},          {lt, 1, -1, true},            {le, minus_one, 0, false}, {set, 6, 2, true},
      {set, 6, 1, false},        {sgt, minus_one, 0, false},   {sge, 0, -1, true},        {slt, minus_one, 0, true},
      {sle, 1, -1, false},
  };
  for (const ConditionRow& row : rows) {
    bpf::Scenario s;
    s.programs = {{{function("entry", {{bpf::If{data(row.left), row.compare, row.right, {give(1)}, {give(0)}}}, give(2)})}}};
    s.events = {run(0)};
    Walker walker({});
    EXPECT_EQ(walker.walk(s).runs[0].return_value, row.holds ? 1U : 0U) << static_cast<int>(row.compare);
  }
}

TEST(Expr, AppliesOperatorsFromLeftToRightAndCallsFirst) {
  // value = f() * 2 - cell: the call stores 5 to the cell before the cell is read.
  bpf::Scenario s;
  s.maps = {{"map", {1}}};
  bpf::Expr value = value_of_call(1);
  value.rest = {{bpf::ExprOp::mul, bpf::Constant{2}}, {bpf::ExprOp::sub, bpf::Cell{{0, 0}}}};
  s.programs = {{{function("entry", {give(value)}),
                  function("f", {{bpf::StoreCell{{0, 0}, constant(5)}}, give(4)})}}};
  s.events = {run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(s);
  EXPECT_EQ(seen.runs[0].return_value, 3U);
  EXPECT_EQ(seen.runs[0].cells, std::vector<std::uint64_t>{5});
}

TEST(Fuel, AtZeroAFunctionReturnsZeroAndRecordsNothing) {
  Walker walker({.fuel = 0});
  const Observation& seen = walker.walk(hierarchy(2));
  EXPECT_EQ(seen.runs[0].return_value, 0U);
  EXPECT_EQ(std::accumulate(seen.runs[0].ledger.begin(), seen.runs[0].ledger.end(), std::uint64_t{0}), 0U);
}

TEST(FramesAt, ShowOneCellUnderCellAndACopyEachByValue) {
  Walker sound({}), buggy({.discipline = Discipline::by_value});
  // Entries: main, tail, main by tail call, tail: the frames are entry, then what stands in tail's place, then tail.
  const auto shared = sound.frames_at(hierarchy(2), 0, 3);
  const auto copied = buggy.frames_at(hierarchy(2), 0, 3);
  EXPECT_EQ(shared, (std::vector<Frame>{{0, 1, 0}, {0, 1, 0}, {1, 1, 0}}));
  EXPECT_EQ(copied, (std::vector<Frame>{{0, 0, 0}, {0, 1, 1}, {1, 1, 2}}));
}

TEST(WalkerDeathTest, RefusesAWalkThatIsDeeperThanTheMachinesStack) {
  const bpf::Profile boundless{.name = "boundless", .limit = UINT32_MAX};
  Walker walker({.profile = &boundless, .fuel = 1'000'000});
  EXPECT_DEATH(walker.walk(hierarchy(1)), "more than 10000 live frames");
}

}  // namespace
}  // namespace tailbound::model

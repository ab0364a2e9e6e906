// The walker: what holds for every scenario, then rows and the kernel's hierarchy selftests.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// In range, both profiles charge what finds a program, and linux-6.1 an empty slot too. An attempt that met
/// the limit would have been charged under linux-6.1; under linux only if its slot was filled, but there too
/// the count was full when it met the limit.
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

// --- the kernel's hierarchy selftests (tailcall_bpf2bpf_hierarchy_1 to _3) ----------------------------------

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
  const auto leaf = [](const char* name, std::int32_t slot) {
    return function(name, {tail_call(slot), give(0)});
  };
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

// --- profiles -----------------------------------------------------------------------------------------------

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

}  // namespace
}  // namespace tailbound::model

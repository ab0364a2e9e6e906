// The walker on attachments, and on slots that change while a run goes on.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "oracles/model/walker.hpp"
#include "tests/oracles/model/scenario_parts.hpp"

namespace tailbound::model {
namespace {

using namespace testing;

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
  const auto fentry = [](std::uint16_t probe) {
    return bpf::Attach{bpf::AttachKind::fentry, probe, {0, 0}};
  };
  s.events = {fentry(1), fentry(2), run(0), bpf::Detach{2, {0, 0}}, run(0), bpf::Detach{1, {0, 0}}, run(0)};
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
  Walker unshared({.profile = &apart});
  EXPECT_TRUE(unshared.walk(s).runs[0].out_of_fuel());
}

TEST(Attach, AProbeThatSharesTheContextSpendsItsTargetsBudget) {
  bpf::Profile together = bpf::profile_linux();
  together.probe_opens_context = false;
  Walker walker({.profile = &together});
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

TEST(AtEntry, AppliesAtThatEntryAndNotAtLaterOnes) {
  // Emptied at the fourth entry; what happened at the second does not happen again after it.
  auto s = hierarchy(2);
  s.events = {bpf::AtEntry{{0, 0}, 4, {0, 0, std::nullopt}}, bpf::AtEntry{{0, 0}, 2, {0, 0, 0}}, run(0)};
  Walker walker({});
  EXPECT_EQ(entries_of(walker.walk(s), 0, 0), 4U);
}

TEST(AtEntry, OfAnEarlierScenarioIsForgotten) {
  auto first = hierarchy(2), second = hierarchy(2);
  first.events = {bpf::AtEntry{{0, 0}, 5, {0, 0, std::nullopt}}, run(0)};
  second.events = {bpf::AtEntry{{0, 0}, 7, {0, 0, std::nullopt}}, run(0)};
  Walker walker({});
  EXPECT_EQ(entries_of(walker.walk(first), 0, 0), 5U);
  EXPECT_EQ(entries_of(walker.walk(second), 0, 0), 7U);
}

}  // namespace
}  // namespace tailbound::model

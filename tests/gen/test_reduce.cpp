// The reducer: what it keeps fails, is valid, and no part can be dropped that it could have dropped.
#include "gen/reduce/reduce.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "gen/generate.hpp"
#include "gen/reduce/pass.hpp"
#include "gen/reduce/size.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

/// More than 33 tail calls when the count is handed over by value: the property that reduction is for.
bool exceeds_by_value(const bpf::Scenario& scenario) {
  model::Walker walker({.discipline = model::Discipline::by_value});
  const Observation& seen = walker.walk(scenario);
  for (const RunObservation& run : seen.runs) {
    if (run.tail_calls(seen.layout) > 33) return true;
  }
  return false;
}

const gen::Keeps keeps_exceeding = gen::one_by_one(exceeds_by_value);

RC_GTEST_PROP(Reduce, TheResultFailsIsValidAndNotLarger, ()) {
  gen::ByteSource source(*rc::gen::arbitrary<std::uint64_t>());
  bpf::Scenario scenario = gen::generate(source, {}, *gen::find_shape("hierarchy"));
  if (!exceeds_by_value(scenario)) return;
  const bpf::Scenario before = scenario;
  gen::reduce(scenario, keeps_exceeding, {.budget = 400});
  RC_ASSERT(exceeds_by_value(scenario));
  RC_ASSERT(!bpf::check_scenario(scenario).has_value());
  RC_ASSERT(!gen::is_smaller(before, scenario));
}

/// The first of a batch that keeps it is kept, as one by one, and what keeps it behind that one is not forgotten. Pairs
/// end by how many were judged, which batches change.
RC_GTEST_PROP(Reduce, BatchesLeadToTheSame, ()) {
  gen::ByteSource source(*rc::gen::arbitrary<std::uint64_t>());
  const bpf::Scenario found = gen::generate(source, {}, *gen::find_shape("hierarchy"));
  if (!exceeds_by_value(found)) return;
  std::size_t largest = 0;
  const gen::Keeps watched = [&](std::span<const bpf::Scenario> candidates) {
    largest = std::max(largest, candidates.size());
    return keeps_exceeding(candidates);
  };
  bpf::Scenario alone = found, batched = found;
  const gen::ReduceStats one = gen::reduce(alone, keeps_exceeding, {.pairs = 0});
  const gen::ReduceStats many = gen::reduce(batched, watched, {.batch = 16, .pairs = 0});
  RC_ASSERT(alone == batched);
  RC_ASSERT(one.kept == many.kept);
  RC_ASSERT(largest > 1U && largest <= 16U);
}

TEST(Reduce, StopsAtTwoCalls) {
  auto scenario = bpf::parse_graph(R"(
map m[2] { 0: 7 }
array a[3] { 0: p, 2: q }
program p {
  stack 40; keep r7 r9
  helper random
  call f
  m[0] = 3
  call f
  call g
  if m[1] == 0 { call f }
  return 9
  subprog f { keep r8; tail_call a[0]; return 1 }
  subprog g { helper time; return 2 }
}
program q { tail_call a[1]; return 5 }
run p
set a[1] = q
run q
)");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
  ASSERT_TRUE(exceeds_by_value(*scenario));
  gen::reduce(*scenario, keeps_exceeding);
  EXPECT_EQ(bpf::print_graph(*scenario), R"(array a0[1] { 0: p0 }

program p0 {
  call f1
  call f1
  return 0

  subprog f1 {
    tail_call a0[0]
    return 0
  }
}

run p0
)");
}

TEST(Reduce, StraightensChainsAndCyclesOfPrograms) {
  auto scenario = bpf::parse_graph(R"(
array a[3] { 0: p, 1: q, 2: r }
program p { call f; return 0; subprog f { call g; return 0 } subprog g { tail_call a[1]; return 0 } }
program q { call f; call f; return 0; subprog f { call g; return 0 } subprog g { tail_call a[2]; return 0 } }
program r { call f; return 0; subprog f { return call g } subprog g { tail_call a[0]; return 0 } }
run p
)");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
  ASSERT_TRUE(exceeds_by_value(*scenario));
  gen::reduce(*scenario, keeps_exceeding);
  EXPECT_EQ(scenario->programs.size(), 1U) << bpf::print_graph(*scenario);
  EXPECT_EQ(scenario->programs[0].functions.size(), 2U) << bpf::print_graph(*scenario);
}

TEST(Reduce, StaysWithinItsBudget) {
  gen::ByteSource source(std::uint64_t{3});
  bpf::Scenario scenario = gen::generate(source, {});
  std::size_t calls = 0;
  const auto counted = gen::one_by_one([&](const bpf::Scenario&) { return ++calls, true; });
  const auto stats = gen::reduce(scenario, counted, {.budget = 3});
  EXPECT_LE(calls, 3U);
  EXPECT_EQ(stats.judged, calls);
  EXPECT_FALSE(stats.minimal);
}

}  // namespace

}  // namespace tailbound::test

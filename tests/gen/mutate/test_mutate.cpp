// Mutation: valid, different, bounded, and decided by its source alone.
#include "gen/mutate/mutate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "gen/mutate/mutation.hpp"
#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/repair.hpp"
#include "tests/gen/mutate/sizes.hpp"
#include "tests/jit/bpf/scenario_bytes.hpp"
#include "tests/jit/bpf/scenario_samples.hpp"

namespace tailbound::test {

namespace {

bpf::Scenario generated(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

bpf::Scenario mutated(std::uint64_t seed, bpf::Scenario scenario) {
  gen::ByteSource source(seed);
  gen::mutate(source, {}, scenario);
  return scenario;
}

std::string fault_of(const bpf::Scenario& scenario) {
  const auto violation = bpf::check_scenario(scenario);
  return violation ? violation->message + "\n" + bpf::print_graph(scenario) : std::string();
}

RC_GTEST_PROP(Mutate, WhatComesOutIsValid, (std::uint64_t seed)) {
  const std::string fault = fault_of(mutated(seed, generated(seed ^ 1)));
  RC_LOG() << fault;
  RC_ASSERT(fault.empty());
}

/// From a corpus, not from the generator: any valid scenario, with attachments, asm blocks and names.
RC_GTEST_PROP(Mutate, WhatComesOutOfAnyScenarioIsValid, (std::uint64_t seed)) {
  const auto bytes = *bpf::samples::scenario_bytes();
  const std::string fault = fault_of(mutated(seed, bpf::decode_scenario(bytes)));
  RC_LOG() << fault;
  RC_ASSERT(fault.empty());
}

RC_GTEST_PROP(Mutate, BytesInPlaceOfASeedDoToo, (std::uint64_t seed, const std::vector<std::uint8_t>& bytes)) {
  gen::ByteSource source(bytes);
  bpf::Scenario scenario = generated(seed);
  gen::mutate(source, {}, scenario);
  RC_ASSERT(fault_of(scenario).empty());
}

RC_GTEST_PROP(Mutate, TheCodecKeepsIt, (std::uint64_t seed)) {
  const bpf::Scenario scenario = mutated(seed, generated(seed ^ 1));
  const bool same = bpf::decode_scenario(bpf::encode_scenario(scenario)) == scenario;
  RC_ASSERT(same);
}

RC_GTEST_PROP(Mutate, TheSameSourceGivesTheSame, (std::uint64_t seed)) {
  const bool same = mutated(seed, generated(seed ^ 1)) == mutated(seed, generated(seed ^ 1));
  RC_ASSERT(same);
}

TEST(Mutate, MostChangesChangeSomething) {
  constexpr std::uint64_t seeds = 4000;
  std::uint64_t changed = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const bpf::Scenario before = generated(seed);
    changed += mutated(seed ^ 77, before) == before ? 0 : 1;
  }
  RecordProperty("changed_in_1000", static_cast<int>(changed * 1000 / seeds));
  EXPECT_GT(changed, seeds * 95 / 100);
}

/// A corpus of one that is changed again and again: no step may take it beyond the bounds.
TEST(Mutate, AThousandChangesInARowStayWithinTheBounds) {
  const Sizes bounds = Sizes::bounds(gen::bounds_of({}));
  for (std::uint64_t start = 0; start < 8; ++start) {
    bpf::Scenario scenario = generated(start);
    for (std::uint64_t step = 0; step < 1000; ++step) {
      const Sizes before = Sizes::measured(scenario);
      gen::ByteSource source(start * 1000 + step);
      gen::mutate(source, {}, scenario);
      ASSERT_EQ(Sizes::measured(scenario).beyond(bounds.larger(before)), "")
          << "start " << start << " step " << step;
    }
  }
}

/// What another generator or a file brought in larger than the bounds is changed, but never made larger.
RC_GTEST_PROP(Mutate, WhatIsLargeAlreadyDoesNotGrow, (std::uint64_t seed)) {
  const bpf::Scenario before = bpf::decode_scenario(*bpf::samples::scenario_bytes());
  const Sizes allowed = Sizes::bounds(gen::bounds_of({})).larger(Sizes::measured(before));
  RC_ASSERT(Sizes::measured(mutated(seed, before)).beyond(allowed) == "");
}

/// A scenario that has something for each of them.
bpf::Scenario with_everything() {
  auto scenario = bpf::parse_graph(R"(
map m[2] { 0: 7 }
array a[3] { 0: p, 2: q }
array b[2] { 0: q }
program p {
  stack 40; keep r7 r9
  helper random
  call f
  m[0] = 3
  call g
  tail_call a[0]
  asm { r0 = 7; r0 += 5 }
  if m[1] == 0 { call f } else { helper time }
  call g
  return 9
  subprog f { keep r8; tail_call a[data 1]; return 1 }
  subprog g { helper time; call f; return 2 }
}
program q { tail_call b[1]; return 5 }
run p
set a[1] = q
set m[0] = 2
at entry of p.f #2: set a[0] = q
run q
)");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return scenario ? *scenario : bpf::Scenario{};
}

TEST(Mutate, EveryOperationHasANameAWeightAndAnEffect) {
  const bpf::Scenario before = with_everything();
  std::set<std::string_view> names;
  const gen::Bounds bounds = gen::bounds_of({});
  for (const gen::MutationOp& op : gen::mutation_ops()) {
    EXPECT_TRUE(names.insert(op.name).second) << op.name << " stands twice";
    EXPECT_GT(op.weight, 0U) << op.name;
    std::uint64_t applied = 0;
    std::uint64_t changed = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      gen::ByteSource source(seed);
      bpf::Scenario scenario = before;
      gen::Mutation mutation{source, bounds, scenario};
      if (!op.apply(mutation)) {
        EXPECT_EQ(bpf::print_graph(scenario), bpf::print_graph(before))
            << op.name << " said that it changed nothing";
        continue;
      }
      ++applied;
      bpf::repair(scenario);
      ASSERT_EQ(fault_of(scenario), "") << op.name << ", seed " << seed;
      changed += scenario == before ? 0 : 1;
    }
    EXPECT_GT(applied, 20U) << op.name << " seldom finds something to change";
    EXPECT_GE(changed * 10, applied * 7) << op.name << " seldom changes something";
  }
}

TEST(Mutate, AScenarioWithNothingInItGrows) {
  bpf::Scenario nothing;
  bpf::repair(nothing);
  std::size_t most = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    bpf::Scenario scenario = nothing;
    for (std::uint64_t step = 0; step < 30; ++step) {
      gen::ByteSource source(seed * 100 + step);
      gen::mutate(source, {}, scenario);
      ASSERT_EQ(fault_of(scenario), "");
    }
    most = std::max(most, gen::statements_of(scenario));
  }
  EXPECT_GT(most, 10U);
}

TEST(Mutate, WhatAFileExpectedOfItsRunsIsForgotten) {
  const bpf::Scenario changed = mutated(5, bpf::samples::every_kind());
  for (const bpf::Event& event : changed.events) {
    const auto* run = std::get_if<bpf::Run>(&event);
    if (run != nullptr) EXPECT_TRUE(run->expectations.empty());
  }
}

}  // namespace

}  // namespace tailbound::test

// Search features: each is named and can be reached, and what is counted depends on the scenario alone.
#include "oracles/features/features.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/features/groups.hpp"

namespace tailbound::test {

namespace {

using Counters = std::array<volatile std::uint8_t, features::counters>;

std::unique_ptr<Counters> counted(const bpf::Scenario& scenario) {
  auto into = std::make_unique<Counters>();
  model::Walker walker({});
  features::count(scenario, walker, walker.walk(scenario), *into);
  return into;
}

std::set<std::string> lit(const bpf::Scenario& scenario) {
  const auto into = counted(scenario);
  std::set<std::string> names;
  for (std::size_t i = 0; i < into->size(); ++i) {
    if ((*into)[i] != 0) names.insert(features::describe(i));
  }
  return names;
}

bpf::Scenario generated(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

TEST(Features, EveryCounterInUseHasANameOfItsOwn) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < features::counters_in_use; ++i) {
    EXPECT_TRUE(names.insert(features::describe(i)).second) << i << ": " << features::describe(i);
  }
  EXPECT_EQ(features::describe(features::counters_in_use), "");
  EXPECT_EQ(features::describe(features::counters), "");
  EXPECT_EQ(names.count(""), 0U);
}

TEST(Features, EveryGroupHasItsPlaceInTheList) {
  using enum features::Of;
  EXPECT_EQ(static_cast<std::size_t>(size) + 1, features::groups.size());
  EXPECT_EQ(features::describe(features::counter<attempt>(2U, 0U, 1U, 6U)),
            "attempt: at limit, direct, in a subprogram, count 33 and more");
  EXPECT_EQ(features::describe(features::counter<size>(5U, 0U)), "size: events, 0");
}

RC_GTEST_PROP(Features, TheSameScenarioHasTheSameFeatures, (std::uint64_t seed)) {
  const bpf::Scenario scenario = generated(seed);
  const auto one = counted(scenario), two = counted(scenario);
  const bool same = std::equal(one->begin(), one->end(), two->begin());
  RC_ASSERT(same);
}

RC_GTEST_PROP(Features, NothingIsCountedBeyondTheNames, (std::uint64_t seed)) {
  const auto into = counted(generated(seed));
  for (std::size_t i = features::counters_in_use; i < into->size(); ++i) RC_ASSERT((*into)[i] == 0);
}

TEST(Features, CountersStopAtTheirTop) {
  auto into = std::make_unique<Counters>();
  model::Walker walker({});
  const bpf::Scenario scenario = generated(1);
  const Observation& seen = walker.walk(scenario);
  for (int i = 0; i < 300; ++i) features::count(scenario, walker, seen, *into);
  const auto once = counted(scenario);
  for (std::size_t i = 0; i < into->size(); ++i) {
    EXPECT_EQ((*into)[i], (*once)[i] == 0 ? 0 : 255) << features::describe(i);
  }
}

TEST(Features, TheJudgesScenarioIsTheOneCounted) {
  const auto* scheme = x86_64::find_scheme("pointer");
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_x86_64({.scheme = scheme, .options = {}}));
  Judge judge(std::move(engines));
  const bpf::Scenario scenario = generated(7);
  auto into = std::make_unique<Counters>();
  features::count(scenario, judge, judge.judge(scenario), *into);
  const auto expected = counted(scenario);
  EXPECT_TRUE(std::equal(into->begin(), into->end(), expected->begin()));
}

struct Lights {
  const char* feature;
  const char* graph;
};

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";
constexpr const char* chain =
    "array a[3] { 0: p, 1: q }\nprogram p { stack 12; keep r6 r7; tail_call a[1]; return 1 }\n"
    "program q { stack 3; tail_call a[data 2]; tail_call a[7]; return 2 }\nrun p\n";
constexpr const char* values =
    "map m[1] { 0: 0 }\narray a[1] { 0: p }\n"
    "program p { call f; helper time; call f; m[0] = call f; if call f == 0 { helper update 3 } else { return "
    "4 }\n"
    "  helper lookup m[0]; tail_call a[entries(p) + 5]; return call f + 1\n"
    "  subprog f { keep r7 r8 r9; helper random; tail_call a[data 1]; return m[0] } }\nrun p\n";
constexpr const char* changes =
    "array a[2] { 0: q }\nprogram p { tail_call a[1]; tail_call a[0]; return 1 }\nprogram q { return 2 }\nrun "
    "p\n"
    "set a[1] = p\nat entry of p #2: delete a[1]\nat entry of p #1: set a[0] = p\nrun p\n";

/// One or more of each group.
constexpr Lights table[] = {
    {"attempt: taken, direct, in a subprogram, count 0", hierarchy},
    {"attempt: at limit, direct, in a subprogram, count 33 and more", hierarchy},
    {"attempt: empty, indirect, in main, count 1", chain},
    {"attempt: out of range, indirect, in main, count 1", chain},
    {"depth of an attempt: taken, in main, depth 1", chain},
    {"depth of an attempt: taken, in a subprogram, depth 17 and more", hierarchy},
    {"attempt after calls that took tail calls: taken, in main, nothing forgotten", chain},
    {"attempt after calls that took tail calls: at limit, in a subprogram, 1 forgotten", hierarchy},
    {"attempt: count 1, depth 1", chain},
    {"attempts in a row: after taken, taken, same site", hierarchy},
    {"attempts in a row: after empty, out of range, same function", chain},
    {"attempts in a row: after taken, empty, other function", chain},
    {"slot: slot of its own program, as at start, direct, in a subprogram", hierarchy},
    {"slot: slot of another program, as at start, direct, in main", chain},
    {"slot: slot empty, as at start, indirect, in main", chain},
    {"slot: slot of its own program, changed between runs, direct, in main", changes},
    {"slot: slot empty, changed during a run, direct, in main", changes},
    {"index: data, alone, empty", chain},
    {"index: entries, with operators, out of range", values},
    {"taken: stack 9-32, target 1-8, in main", chain},
    {"frame: multiple of 4, stack 9-32, some taken, in main", chain},
    {"frame: odd, stack 1-8, all refused, in main", chain},
    {"frame: no stack, stack 0, no attempt, in main", "program p { return 0 }\nrun p\n"},
    {"registers: keeps r6 r7, calls nothing, some taken, in main", chain},
    {"registers: keeps none, calls, no attempt, in main", hierarchy},
    {"registers of a call: caller keeps 0, callee keeps 3, all refused", values},
    {"order: call, after time, in main", values},
    {"order: tail call, after a lookup, in main", values},
    {"order: tail call, after random, in a subprogram", values},
    {"return: call, with operators, all refused, in main", values},
    {"return: constant, alone, some taken, in a subprogram", hierarchy},
    {"value of a call: dropped, some taken, in main", hierarchy},
    {"value of a call: stored, all refused, in main", values},
    {"value of a call: compared, all refused, in main", values},
    {"guard: call, ==", values},
    {"change at an entry: empties a slot, once, in main", changes},
    {"change at an entry: fills a slot, once, in main", changes},
    {"out of fuel: run 1", "fuel 3\narray a[1] { 0: p }\nprogram p { tail_call a[0]; return 0 }\nrun p\n"},
    {"tail calls of a run: 33, run 1", hierarchy},
    {"tail calls of a run: 1, run 1", chain},
    {"size: programs, 2", chain},
    {"size: functions, 2", hierarchy},
};

TEST(Features, EachNamedKindIsReached) {
  std::set<std::string> groups;
  for (const Lights& row : table) {
    const auto scenario = bpf::parse_graph(row.graph);
    ASSERT_TRUE(scenario.has_value()) << scenario.error().text() << "\n" << row.graph;
    const std::set<std::string> names = lit(*scenario);
    std::string all;
    for (const std::string& name : names) all += name + "\n";
    EXPECT_EQ(names.count(row.feature), 1U) << row.feature << "\nin\n" << row.graph << "\nlights\n" << all;
    for (std::size_t i = 0; i < features::counters_in_use; ++i) {
      if (features::describe(i) != row.feature) continue;
      std::size_t g = 0;
      while (i >= features::first_of(g + 1)) ++g;
      groups.insert(std::to_string(g));
    }
  }
  EXPECT_EQ(groups.size(), features::groups.size()) << "a group without a row";
}

/// Features tell scenarios apart: many are reached, no scenario reaches most.
TEST(Features, GeneratedScenariosSpreadOverThem) {
  constexpr std::uint64_t seeds = 3000;
  std::vector<std::uint64_t> by_counter(features::counters_in_use, 0);
  std::map<std::vector<std::size_t>, std::uint64_t> kinds;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto into = counted(generated(seed));
    std::vector<std::size_t> here;
    for (std::size_t i = 0; i < by_counter.size(); ++i) {
      if ((*into)[i] == 0) continue;
      ++by_counter[i];
      here.push_back(i);
    }
    ++kinds[here];
  }
  const auto reached = std::ranges::count_if(by_counter, [](std::uint64_t n) { return n != 0; });
  const auto usual = std::ranges::count_if(by_counter, [](std::uint64_t n) { return n > seeds / 2; });
  RecordProperty("reached_in_100", static_cast<int>(100 * reached / static_cast<long>(by_counter.size())));
  EXPECT_GT(reached, static_cast<long>(by_counter.size()) * 35 / 100);
  EXPECT_LT(usual, static_cast<long>(by_counter.size()) * 5 / 100);
  EXPECT_GT(kinds.size(), seeds * 80 / 100) << "scenarios with the same features";
}

}  // namespace

}  // namespace tailbound::test

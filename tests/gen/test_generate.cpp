// The generator: valid by construction, the same from the same seed, and with the mix that the project
// promises.
#include "gen/generate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/repair.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

bpf::Scenario scenario_of(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

/// What the properties draw from: a budget's name, the budget, and how many seeds a test of every shape
/// takes.
struct NamedBudget {
  const char* name;
  gen::Budget budget;
  std::uint64_t seeds;
};
constexpr std::array budgets = {NamedBudget{"small", gen::small_budget(), 1000},
                                NamedBudget{"default", gen::Budget{}, 1000},
                                NamedBudget{"large", gen::large_budget(), 100}};

bpf::Scenario drawn(std::uint64_t seed, const gen::Budget& budget) {
  gen::ByteSource source(seed);
  return gen::generate(source, budget);
}

RC_GTEST_PROP(Generate, EveryScenarioIsValid, (std::uint64_t seed)) {
  const auto& [name, budget, seeds] = budgets[*rc::gen::inRange<std::size_t>(0, budgets.size())];
  const bpf::Scenario scenario = drawn(seed, budget);
  const auto violation = bpf::check_scenario(scenario);
  RC_LOG() << name << (violation ? violation->message + "\n" + bpf::print_graph(scenario) : std::string());
  RC_ASSERT(!violation.has_value());
}

RC_GTEST_PROP(Generate, NothingIsLeftToRepair, (std::uint64_t seed)) {
  const bpf::Scenario scenario = drawn(seed, budgets[seed % budgets.size()].budget);
  bpf::Scenario repaired = scenario;
  bpf::repair(repaired);
  const bool same = repaired == scenario;
  RC_ASSERT(same);
}

RC_GTEST_PROP(Generate, TheSameSeedGivesTheSameScenario, (std::uint64_t seed)) {
  const gen::Budget& budget = budgets[seed % budgets.size()].budget;
  const bool same = drawn(seed, budget) == drawn(seed, budget);
  RC_ASSERT(same);
}

RC_GTEST_PROP(Generate, BytesInPlaceOfASeedGiveValidScenariosToo, (const std::vector<std::uint8_t>& bytes)) {
  for (const NamedBudget& row : budgets) {
    gen::ByteSource source(bytes);
    RC_ASSERT(!bpf::check_scenario(gen::generate(source, row.budget)).has_value());
  }
}

RC_GTEST_PROP(Generate, TextAndCodecKeepWhatIsGenerated, (std::uint64_t seed)) {
  const bpf::Scenario scenario = drawn(seed, budgets[seed % budgets.size()].budget);
  const auto parsed = bpf::parse_graph(bpf::print_graph(scenario));
  RC_ASSERT(parsed.has_value());
  const bool same_text = *parsed == scenario;
  RC_ASSERT(same_text);
  const bool same_bytes = bpf::decode_scenario(bpf::encode_scenario(scenario)) == scenario;
  RC_ASSERT(same_bytes);
}

TEST(Generate, EveryShapeIsValidUnderEveryBudget) {
  for (const NamedBudget& row : budgets) {
    for (const gen::Shape& shape : gen::shapes()) {
      for (std::uint64_t seed = 0; seed < row.seeds; ++seed) {
        gen::ByteSource source(seed);
        const bpf::Scenario scenario = gen::generate(source, row.budget, shape);
        const auto violation = bpf::check_scenario(scenario);
        ASSERT_FALSE(violation.has_value())
            << row.name << ", " << shape.name << ", seed " << seed << ": " << violation->message;
      }
    }
  }
}

/// Absurd budgets are cut to what a scenario may be.
TEST(Generate, BudgetsOfOneAndOfTooMuchGiveValidScenarios) {
  constexpr gen::Budget least{.programs = 1,
                              .subprograms = 0,
                              .calls = 1,
                              .expanded_functions = 1,
                              .frames = 1,
                              .stack = 0,
                              .leaf_stack = 0,
                              .block_insns = 1,
                              .entries = 1,
                              .large_every = 0};
  constexpr gen::Budget most{.programs = 64,
                             .subprograms = 255,
                             .calls = 40,
                             .expanded_functions = 1000,
                             .frames = 8,
                             .stack = 512,
                             .leaf_stack = 512,
                             .block_insns = 60,
                             .entries = 20,
                             .large_every = 0};
  for (const gen::Budget& budget : {least, most}) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const auto violation = bpf::check_scenario(drawn(seed, budget));
      ASSERT_FALSE(violation.has_value()) << "seed " << seed << ": " << violation->message;
    }
  }
}

TEST(Generate, AnEmptyByteSourceStillGivesAScenario) {
  for (const NamedBudget& row : budgets) {
    gen::ByteSource source(std::span<const std::uint8_t>{});
    EXPECT_FALSE(bpf::check_scenario(gen::generate(source, row.budget)).has_value()) << row.name;
  }
}

std::size_t functions_of(const bpf::Scenario& scenario) { return bpf::number(scenario).functions; }

TEST(Generate, TheLargeBudgetReachesManyProgramsAndHundredsOfFunctions) {
  std::size_t programs = 0;
  std::size_t functions = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const bpf::Scenario scenario = drawn(seed, gen::large_budget());
    programs = std::max(programs, scenario.programs.size());
    functions = std::max(functions, functions_of(scenario));
  }
  EXPECT_GE(programs, 60U);
  EXPECT_GE(functions, 250U);
}

TEST(Generate, TheDefaultBudgetDrawsALargeScenarioNowAndThen) {
  constexpr std::uint64_t seeds = 20'000;
  std::size_t large = 0;
  for (std::uint64_t n = 0; n < seeds; ++n) {
    gen::ByteSource source(gen::scenario_seed(3, n));
    large +=
        gen::generate(source, {}).programs.size() > gen::Budget{}.programs + 1 ? 1U : 0U;  // one more: a twin
  }
  EXPECT_GE(large, seeds / 1000 / 2);
  EXPECT_LE(large, seeds / 1000 * 2);
}

/// Scenarios of the plan, in percent, that take more than 33 tail calls in a run when counts are passed by value.
std::uint64_t multiplied_percent(const gen::Plan& plan) {
  constexpr std::uint64_t scenarios = 1000;
  model::Walker walker({.discipline = model::Discipline::by_value});
  std::uint64_t multiplied = 0;
  for (std::uint64_t n = 0; n < scenarios; ++n) {
    gen::ByteSource source(gen::scenario_seed(9, n));
    const Observation& seen = walker.walk(gen::generate(source, plan));
    multiplied += std::ranges::any_of(seen.runs, [&](const RunObservation& run) {
      return run.tail_calls(seen.layout) > 33;
    });
  }
  return multiplied * 100 / scenarios;
}

TEST(Generate, HierarchiesComeOutOfOtherShapesByChance) {
  EXPECT_GE(multiplied_percent(gen::Plan({}, *gen::select_shapes("", "hierarchy"))), 5U);
  EXPECT_GE(multiplied_percent(gen::Plan({}, *gen::select_shapes("mixed", ""))), 5U);
}

/// Counted over 3,000 seeds of one campaign, so the figures do not depend on luck.
TEST(Generate, TheMixIsHonest) {
  constexpr std::uint64_t seeds = 3000;
  std::uint64_t at_limit = 0;
  std::uint64_t in_subprogram = 0;
  std::uint64_t out_of_fuel = 0;
  std::vector<std::size_t> programs;
  std::vector<std::size_t> functions;
  std::vector<std::size_t> instructions;
  std::uint64_t runs = 0;
  model::Walker walker({});
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const bpf::Scenario scenario = scenario_of(gen::scenario_seed(1, seed));
    const Observation& seen = walker.walk(scenario);
    const bpf::Numbering numbering = bpf::number(scenario);
    bool limit = false;
    for (const auto& context : walker.contexts()) limit |= context.at_limit > 0;
    at_limit += limit ? 1 : 0;
    bool sub = false;
    for (std::uint32_t id = 0; id < numbering.functions; ++id) {
      if (numbering.ref(id).is_main()) continue;
      for (std::uint32_t s = numbering.first_site[id]; s < numbering.first_site[id + 1]; ++s) {
        for (const RunObservation& run : seen.runs) {
          sub |= run.ledger[seen.layout.attempts(s)] > run.ledger[seen.layout.fall_throughs(s)];
        }
      }
    }
    in_subprogram += sub ? 1 : 0;
    for (const RunObservation& run : seen.runs) out_of_fuel += run.out_of_fuel() ? 1 : 0;
    runs += seen.runs.size();
    instructions.push_back(0);
    for (const bpf::Bytecode& program : bpf::lower(scenario).programs) {
      instructions.back() += program.insns.size();
    }
    programs.push_back(scenario.programs.size());
    functions.push_back(numbering.functions);
  }
  const auto median = [](std::vector<std::size_t>& values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
  };
  EXPECT_GE(at_limit, seeds * 30 / 100) << "scenarios that reach the limit";
  EXPECT_GE(in_subprogram, seeds * 30 / 100) << "scenarios with a tail call taken in a subprogram";
  EXPECT_LT(out_of_fuel, runs / 100) << "runs out of fuel under the sound discipline";
  // What figures of speed refer to: 3 programs, 6 functions and 280 instructions, give or take 15 %.
  EXPECT_EQ(median(programs), 3U);
  EXPECT_EQ(median(functions), 6U);
  EXPECT_GE(median(instructions), 238U);
  EXPECT_LE(median(instructions), 322U);
}

}  // namespace

}  // namespace tailbound::test

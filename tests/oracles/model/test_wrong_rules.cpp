// Wrong rules, one step swapped each: the property that the right rule has must catch every one.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "oracles/model/wrong_rule.hpp"
#include "tests/oracles/model/abstract_machine.hpp"

namespace tailbound::model {
namespace {

using namespace testing;

template <class Rule, class... Swapped>
bool caught(std::uint64_t seed, Swapped... swapped) {
  const auto moves = rc::gen::container<std::vector<Move>>(150, any_move())(rc::Random(seed), 100).value();
  Machine<Rule> machine(bpf::profile_linux(), Discipline::cell, swapped...);
  return std::ranges::any_of(moves, [&](const Move& move) {
    machine.take(move);
    return !machine.sound();
  });
}

TEST(WrongRule, IsCaughtByARandomSequenceOfSteps) {
  for (const WrongStepRow& row : wrong_steps) {
    bool found = false;
    for (std::uint64_t seed = 0; seed < 200 && !found; ++seed) {
      found = caught<WrongRule<MachineWorld>>(seed, row.step);
    }
    EXPECT_TRUE(found) << row.name;
  }
}

TEST(RightRule, IsNotCaughtByTheSameSequences) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) EXPECT_FALSE(caught<MachineRule>(seed)) << seed;
}

}  // namespace
}  // namespace tailbound::model

// Wrong rules, one step swapped each: the property that the right rule has must catch every one.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/oracles/model/abstract_machine.hpp"

namespace tailbound::model {
namespace {

using namespace testing;

struct ForgetsAtReturn : RightRule {  // by value: the copy is dropped
  MachineWorld::Ref call(MachineWorld::Ref caller) { return world.fresh(world.load(caller)); }
};
struct TrampolineDropsTheCell : RightRule {
  MachineWorld::Ref call_through_trampoline(MachineWorld::Ref) { return world.fresh(0); }
};
struct ResetsInTheCallee : RightRule {
  MachineWorld::Ref tail_call(MachineWorld::Ref frame) {
    world.store(frame, 0);
    return frame;
  }
};
struct RootTailCallWithLiveFrames : RightRule {
  bool root_is_legal(std::size_t) const { return true; }
};
struct ReopensAtAHelper : RightRule {
  MachineWorld::Ref helper_call(MachineWorld::Ref) { return open_context(); }
};
struct RefundsAtAnUpdate : RightRule {
  MachineWorld::Ref slot_update(MachineWorld::Ref) { return open_context(); }
};
struct ProbeSpendsItsTargetsBudget : RightRule {
  MachineWorld::Ref close_context(MachineWorld::Ref, MachineWorld::Ref ended) { return ended; }
};
struct TakesOneMore : RightRule {
  Attempt attempt(MachineWorld::Ref frame, std::uint64_t index, std::uint64_t size, bool filled) {
    numbers.limit = 34;
    return MachineRule::attempt(frame, index, size, filled);
  }
};
struct TakesOneLess : RightRule {
  Attempt attempt(MachineWorld::Ref frame, std::uint64_t index, std::uint64_t size, bool filled) {
    numbers.limit = 32;
    return MachineRule::attempt(frame, index, size, filled);
  }
};
struct ChargesWhereTheProfileDoesNot : RightRule {
  Attempt attempt(MachineWorld::Ref frame, std::uint64_t index, std::uint64_t size, bool filled) {
    numbers.cost_empty = 1;
    return MachineRule::attempt(frame, index, size, filled);
  }
};
struct DoesNotCount : RightRule {
  Attempt attempt(MachineWorld::Ref frame, std::uint64_t index, std::uint64_t size, bool filled) {
    const Attempt outcome = MachineRule::attempt(frame, index, size, filled);
    world.store(frame, outcome.before);
    return outcome;
  }
};

template <class Rule>
class WrongRule : public ::testing::Test {};
using WrongRules =
    ::testing::Types<ForgetsAtReturn, TrampolineDropsTheCell, ResetsInTheCallee, RootTailCallWithLiveFrames,
                     ReopensAtAHelper, RefundsAtAnUpdate, ProbeSpendsItsTargetsBudget, TakesOneMore,
                     TakesOneLess, ChargesWhereTheProfileDoesNot, DoesNotCount>;
TYPED_TEST_SUITE(WrongRule, WrongRules);

template <class Rule>
bool caught(std::uint64_t seed) {
  const auto moves = rc::gen::container<std::vector<Move>>(150, any_move())(rc::Random(seed), 100).value();
  Machine<Rule> machine(bpf::profile_linux());
  return std::ranges::any_of(moves, [&](const Move& move) {
    machine.take(move);
    return !machine.sound();
  });
}

TYPED_TEST(WrongRule, IsCaughtByARandomSequenceOfSteps) {
  bool found = false;
  for (std::uint64_t seed = 0; seed < 200 && !found; ++seed) found = caught<TypeParam>(seed);
  EXPECT_TRUE(found);
}

TEST(RightRule, IsNotCaughtByTheSameSequences) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) EXPECT_FALSE(caught<RightRule>(seed)) << seed;
}

}  // namespace
}  // namespace tailbound::model

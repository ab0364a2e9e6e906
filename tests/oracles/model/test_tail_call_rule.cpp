// The rule on random sequences of steps, one attempt as a table, and the same rule on terms.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "oracles/model/machine_world.hpp"
#include "oracles/model/tail_call_rule.hpp"
#include "tests/oracles/model/abstract_machine.hpp"

namespace tailbound::model {
namespace {

using namespace testing;

std::vector<Move> any_moves() { return *rc::gen::container<std::vector<Move>>(150, any_move()); }

bpf::Profile any_profile() {
  return {.name = "any",
          .limit = bpf::max_tail_call_cnt,
          .cost_out_of_range = *rc::gen::inRange(0U, 2U),
          .cost_empty = *rc::gen::inRange(0U, 2U)};
}

RC_GTEST_PROP(TailCallRule, EveryFrameOfAContextSeesExactlyWhatTheContextWasCharged, ()) {
  Machine<MachineRule> machine(any_profile());
  for (const Move& move : any_moves()) {
    machine.take(move);
    RC_ASSERT(machine.sound());
  }
}

TEST(TailCallRule, ThirtyThreeAreTakenAndTheNextFallsThrough) {
  Machine<MachineRule> machine(bpf::profile_linux());
  for (int i = 0; i < 40; ++i) machine.take({});
  for (int i = 0; i < 60; ++i) machine.take({.step = Step::tail});
  EXPECT_EQ(machine.contexts.back().taken, 33U);
  EXPECT_TRUE(machine.rule.attempt(machine.contexts.back().frames.front(), 0, 2, true).at_limit);
}

RC_GTEST_PROP(TailCallRule, ByValueACalleesSpendingIsForgottenAtItsReturn, ()) {
  Machine<MachineRule> machine(any_profile(), Discipline::by_value);
  auto& frames = machine.contexts.back().frames;
  const auto spent = *rc::gen::inRange<std::uint64_t>(0, 33);
  for (std::uint64_t i = 0; i < spent; ++i) machine.take({.step = Step::tail});
  machine.take({.step = *rc::gen::element(Step::call, Step::trampoline)});
  RC_ASSERT(machine.world.load(frames.back()) == spent);
  for (int i = 0; i < 40; ++i) machine.take({.step = Step::tail});
  RC_ASSERT(machine.world.load(frames.back()) == 33U);
  machine.take({.step = Step::give_back});
  RC_ASSERT(machine.world.load(frames.back()) == spent);
}

// --- one attempt, as a table --------------------------------------------------------------------------------

struct AttemptRow {
  const char* what;
  std::uint64_t count, index;
  bool filled;
  const char* outcome;
  std::uint64_t after;  // costs: out of range 2, empty 3, limit 5
};

TEST(TailCallRule, AnAttemptTestsIndexThenCountThenSlot) {
  const AttemptRow rows[] = {
      {"taken", 0, 1, true, "taken", 1},
      {"the last one", 32, 0, true, "taken", 33},
      {"one too many", 33, 0, true, "at limit", 38},
      {"count before slot", 33, 0, false, "at limit", 38},
      {"empty slot", 7, 0, false, "empty", 10},
      {"index before slot", 7, 2, false, "out of range", 9},
      {"index before count", 33, 2, true, "out of range", 33},
      {"largest index", 0, UINT32_MAX, true, "out of range", 2},
  };
  const bpf::Profile costly{.name = "costly", .cost_out_of_range = 2, .cost_empty = 3, .cost_limit = 5};
  for (const AttemptRow& row : rows) {
    MachineWorld world;
    MachineRule rule{world, Discipline::cell, MachineRule::numbers_of(world, costly)};
    const auto frame = world.fresh(row.count);
    const auto got = rule.attempt(frame, row.index, 2, row.filled);
    const std::string_view outcome = row.outcome;
    EXPECT_EQ(got.out_of_range, outcome == "out of range") << row.what;
    EXPECT_EQ(got.at_limit, outcome == "at limit") << row.what;
    EXPECT_EQ(got.empty, outcome == "empty") << row.what;
    EXPECT_EQ(got.taken, outcome == "taken") << row.what;
    EXPECT_EQ(world.load(frame), row.after) << row.what;
    EXPECT_EQ(got.after, row.after) << row.what;
  }
}

// --- the same rule on terms: no value exists while the rule runs --------------------------------------------

/// Terms are functions that are called after the last step; a TermBool cannot be tested by `if`.
struct TermWorld {
  using Value = std::function<std::uint64_t()>;
  struct Bool {
    std::function<bool()> holds;
  };
  using Ref = std::function<std::uint64_t()>;
  using Memory = std::function<std::uint64_t(std::uint64_t)>;

  Memory memory = [](std::uint64_t) { return std::uint64_t{0}; };
  std::uint64_t next_cell = 0;

  static Value number(std::uint64_t value) { return [=] { return value; }; }
  static Value add(Value a, Value b) { return [=] { return a() + b(); }; }
  static Bool less(Value a, Value b) { return {[=] { return a() < b(); }}; }
  static Bool both(Bool a, Bool b) { return {[=] { return a.holds() && b.holds(); }}; }
  static Bool negate(Bool a) { return {[=] { return !a.holds(); }}; }
  static Value select(Bool c, Value a, Value b) { return [=] { return c.holds() ? a() : b(); }; }
  Value load(Ref ref) const { return [m = memory, ref] { return m(ref()); }; }
  void store(Ref ref, Value value) {
    memory = [m = memory, ref, value](std::uint64_t at) { return at == ref() ? value() : m(at); };
  }
  Ref fresh(Value value) {
    const Ref cell = number(next_cell++);
    store(cell, value);
    return cell;
  }
};

RC_GTEST_PROP(TailCallRule, OnTermsItMeansWhatItMeansOnIntegers, (bool shared)) {
  const auto discipline = shared ? Discipline::cell : Discipline::by_value;
  const bpf::Profile profile = any_profile();
  MachineWorld numbers;
  MachineRule on_numbers{numbers, discipline, MachineRule::numbers_of(numbers, profile)};
  TermWorld terms;
  TailCallRule<TermWorld> on_terms{terms, discipline, TailCallRule<TermWorld>::numbers_of(terms, profile)};

  // The variables get their values only after all steps were taken on the terms. One cell is read three times
  // a step, so terms grow threefold: few attempts are enough.
  const auto count = *rc::gen::inRange<std::uint64_t>(28, 36);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, 4);
  const auto filled = *rc::gen::arbitrary<bool>();
  std::uint64_t count_variable = 0, index_variable = 0;
  bool filled_variable = false;

  const auto outer = numbers.fresh(count);
  const auto outer_term = terms.fresh([&] { return count_variable; });
  const auto inner = on_numbers.call(outer);
  const auto inner_term = on_terms.call(outer_term);
  const TermWorld::Value index_term = [&] { return index_variable; };
  const TermWorld::Bool filled_term{[&] { return filled_variable; }};
  for (int i = 0; i < 2; ++i) {
    on_numbers.attempt(inner, index, 2, filled);
    on_terms.attempt(inner_term, index_term, terms.number(2), filled_term);
  }
  const auto back = on_numbers.return_to(outer, inner);
  const auto back_term = on_terms.return_to(outer_term, inner_term);
  const auto root = on_numbers.root_tail_call(back);
  const auto root_term = on_terms.root_tail_call(back_term);
  const auto last = on_numbers.attempt(back, index, 2, filled);
  const auto last_term = on_terms.attempt(back_term, index_term, terms.number(2), filled_term);

  count_variable = count;
  index_variable = index;
  filled_variable = filled;
  RC_ASSERT(last_term.taken.holds() == last.taken);
  RC_ASSERT(last_term.empty.holds() == last.empty);
  RC_ASSERT(last_term.at_limit.holds() == last.at_limit);
  RC_ASSERT(last_term.out_of_range.holds() == last.out_of_range);
  RC_ASSERT(terms.load(back_term)() == numbers.load(back));
  RC_ASSERT(terms.load(root_term)() == numbers.load(root));
}

}  // namespace
}  // namespace tailbound::model

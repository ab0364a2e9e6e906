// The rule on random sequences of steps, the same rule on terms, and wrong rules that must be caught.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "oracles/model/machine_world.hpp"
#include "oracles/model/tail_call_rule.hpp"

namespace tailbound::model {
namespace {

// --- an abstract machine: frames that point to cells, and any step at any time --------------------------------

enum class Step : std::uint8_t { call, trampoline, give_back, helper, update, tail, root_tail, open, close };

struct Move {
  Step step = Step::call;
  std::uint64_t index = 0;  // of an attempt; the array has two slots
  bool filled = true;
};

struct Context {
  std::vector<MachineWorld::Ref> frames;
  std::uint64_t taken = 0;
  std::uint64_t paid_in_vain = 0;  // refused and charged
  std::uint64_t charged = 0;       // attempts that the profile charges, the count aside
};

template <class Rule>
struct Machine {
  explicit Machine(const bpf::Profile& charges, Discipline discipline = Discipline::cell)
      : profile(charges), rule{{world, discipline, Rule::numbers_of(world, charges)}} {
    open();
  }

  void open() { contexts.push_back({{rule.open_context()}, 0, 0, 0}); }

  void close() {
    if (contexts.size() == 1) return;
    const auto ended = contexts.back().frames.front();
    contexts.pop_back();
    auto& interrupted = contexts.back().frames.back();
    interrupted = rule.close_context(interrupted, ended);
  }

  void give_back() {
    Context& context = contexts.back();
    if (context.frames.size() == 1) return;
    const auto callee = context.frames.back();
    context.frames.pop_back();
    context.frames.back() = rule.return_to(context.frames.back(), callee);
  }

  void attempt(const Move& move) {
    Context& context = contexts.back();
    auto& frame = context.frames.back();
    const auto outcome = rule.attempt(frame, move.index, 2, move.filled);
    const std::uint64_t cost = move.index >= 2 ? profile.cost_out_of_range : move.filled ? 1 : profile.cost_empty;
    context.charged += cost;
    if (!outcome.taken) {
      context.paid_in_vain += outcome.after - outcome.before;
      return;
    }
    ++context.taken;
    const bool root = move.step == Step::root_tail && rule.root_is_legal(context.frames.size());
    frame = root ? rule.root_tail_call(frame) : rule.tail_call(frame);
  }

  void take(const Move& move) {
    std::vector<MachineWorld::Ref>& frames = contexts.back().frames;
    switch (move.step) {
      case Step::call: frames.push_back(rule.call(frames.back())); break;
      case Step::trampoline: frames.push_back(rule.call_through_trampoline(frames.back())); break;
      case Step::give_back: give_back(); break;
      case Step::helper: frames.back() = rule.helper_call(frames.back()); break;
      case Step::update: frames.back() = rule.slot_update(frames.back()); break;
      case Step::tail:
      case Step::root_tail: attempt(move); break;
      case Step::open: open(); break;
      case Step::close: close(); break;
    }
  }

  /// Every live frame of a context sees one count: what the context was charged, which is min(33, attempts that
  /// the profile charges). What was not paid for a refusal was paid for a tail call.
  bool sound() const {
    return std::ranges::all_of(contexts, [&](const Context& context) {
      const std::uint64_t charged = std::min<std::uint64_t>(bpf::max_tail_call_cnt, context.charged);
      return context.taken + context.paid_in_vain == charged &&
             std::ranges::all_of(context.frames, [&](auto frame) { return world.load(frame) == charged; });
    });
  }

  bpf::Profile profile;
  MachineWorld world;
  Rule rule;
  std::vector<Context> contexts;
};

struct RightRule : MachineRule {
  bool root_is_legal(std::size_t frames) const { return frames == 1; }
};

rc::Gen<Move> any_move() {
  // Attempts and returns are frequent, so that counts reach the limit and budgets are spent in many frames.
  const auto step = rc::gen::weightedElement<Step>({{3, Step::call},
                                                    {2, Step::trampoline},
                                                    {4, Step::give_back},
                                                    {1, Step::helper},
                                                    {1, Step::update},
                                                    {9, Step::tail},
                                                    {3, Step::root_tail},
                                                    {1, Step::open},
                                                    {1, Step::close}});
  const auto index = rc::gen::weightedElement<std::uint64_t>({{8, 0}, {8, 1}, {1, 2}, {1, UINT32_MAX}});
  const auto filled = rc::gen::weightedElement<bool>({{5, true}, {1, false}});
  return rc::gen::construct<Move>(step, index, filled);
}

std::vector<Move> any_moves() { return *rc::gen::container<std::vector<Move>>(150, any_move()); }

bpf::Profile any_profile() {
  return {.name = "any",
          .limit = bpf::max_tail_call_cnt,
          .cost_out_of_range = *rc::gen::inRange(0U, 2U),
          .cost_empty = *rc::gen::inRange(0U, 2U)};
}

RC_GTEST_PROP(TailCallRule, EveryFrameOfAContextSeesExactlyWhatTheContextWasCharged, ()) {
  Machine<RightRule> machine(any_profile());
  for (const Move& move : any_moves()) {
    machine.take(move);
    RC_ASSERT(machine.sound());
  }
}

TEST(TailCallRule, ThirtyThreeAreTakenAndTheNextFallsThrough) {
  Machine<RightRule> machine(bpf::profile_linux());
  for (int i = 0; i < 40; ++i) machine.take({});
  for (int i = 0; i < 60; ++i) machine.take({.step = Step::tail});
  EXPECT_EQ(machine.contexts.back().taken, 33U);
  EXPECT_TRUE(machine.rule.attempt(machine.contexts.back().frames.front(), 0, 2, true).at_limit);
}

RC_GTEST_PROP(TailCallRule, ByValueACalleesSpendingIsForgottenAtItsReturn, ()) {
  Machine<RightRule> machine(any_profile(), Discipline::by_value);
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

// --- one attempt, as a table ------------------------------------------------------------------------------------

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

// --- the same rule on terms: no value exists while the rule runs ------------------------------------------------

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
  for (int i = 0; i < 2; ++i) {
    on_numbers.attempt(inner, index, 2, filled);
    on_terms.attempt(inner_term, [&] { return index_variable; }, terms.number(2), {[&] { return filled_variable; }});
  }
  const auto back = on_numbers.return_to(outer, inner);
  const auto back_term = on_terms.return_to(outer_term, inner_term);
  const auto root = on_numbers.root_tail_call(back);
  const auto root_term = on_terms.root_tail_call(back_term);
  const auto last = on_numbers.attempt(back, index, 2, filled);
  const auto last_term =
      on_terms.attempt(back_term, [&] { return index_variable; }, terms.number(2), {[&] { return filled_variable; }});

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

// --- wrong rules: one step swapped, caught by the property above ---------------------------------------------------

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
class WrongRule : public testing::Test {};
using WrongRules =
    testing::Types<ForgetsAtReturn, TrampolineDropsTheCell, ResetsInTheCallee, RootTailCallWithLiveFrames,
                   ReopensAtAHelper, RefundsAtAnUpdate, ProbeSpendsItsTargetsBudget, TakesOneMore, TakesOneLess,
                   ChargesWhereTheProfileDoesNot, DoesNotCount>;
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

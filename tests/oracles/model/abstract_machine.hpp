// The machine of the bound's induction (T1): contexts of frames that point to cells, and any step at any time.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "oracles/model/machine_world.hpp"
#include "oracles/model/tail_call_rule.hpp"

namespace tailbound::model::testing {

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
  template <class... Swapped>
  explicit Machine(const bpf::Profile& charges, Discipline discipline = Discipline::cell, Swapped... swapped)
      : profile(charges), rule(Rule::of(world, discipline, charges, swapped...)) {
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
    const std::uint64_t in_range_cost = move.filled ? 1 : profile.cost_empty;
    const std::uint64_t cost = move.index < 2 ? in_range_cost : profile.cost_out_of_range;
    context.charged += cost;
    if (!outcome.taken) {
      context.paid_in_vain += outcome.after - outcome.before;
      return;
    }
    ++context.taken;
    const bool root = move.step == Step::root_tail && rule.root_tail_call_is_legal(context.frames.size() == 1);
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

inline rc::Gen<Move> any_move() {
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

}  // namespace tailbound::model::testing

// The steps of T1's machine. Each calls the rule's own template, whatever rule it is; only the book-keeping
// of frames and of what is due stands here.
#pragma once

#include "oracles/proof/t1_state.hpp"

namespace tailbound::proof {

enum class StepKind : std::uint8_t {
  open,
  close,
  call,
  trampoline,
  give_back,
  helper,
  slot_update,
  attempt,
  root_tail_call,
};

/// What an attempt meets: any index, any array, any slot.
struct Met {
  Term index = smt::variable(Sort::bits, "index");
  Term entries = smt::variable(Sort::bits, "entries");
  Term filled = smt::variable(Sort::truth, "filled");

  Term in_range() const { return smt::less(index, entries); }
  Term found() const { return smt::both({in_range(), filled}); }
  /// What the profile says that it costs while there is budget: not how the rule says it.
  Term cost(const bpf::Profile& profile) const {
    const Term in_array = smt::select(filled, smt::bits(1), smt::bits(profile.cost_empty));
    return smt::select(in_range(), in_array, smt::bits(profile.cost_out_of_range));
  }
};

/// Where a step may be taken, and where it leads.
struct Stepped {
  Term legal = smt::truth(true);
  State after;
};

template <class Rule>
class Stepping {
 public:
  Stepping(TermWorld& world, Rule& rule, const bpf::Profile& profile)
      : world_(world), rule_(rule), profile_(profile) {}

  Stepped take(StepKind kind, const State& before) {
    switch (kind) {
      case StepKind::open: return open(before);
      case StepKind::close: return close(before);
      case StepKind::call: return pushed(before, rule_.call(running(before)));
      case StepKind::trampoline: return pushed(before, rule_.call_through_trampoline(running(before)));
      case StepKind::give_back: return give_back(before);
      case StepKind::helper: return running_becomes(before, rule_.helper_call(running(before)));
      case StepKind::slot_update: return running_becomes(before, rule_.slot_update(running(before)));
      case StepKind::attempt: return attempt(before);
      case StepKind::root_tail_call: return root_tail_call(before);
    }
    return {};
  }

 private:
  static Term running(const State& state) { return state.contexts[0].frames[0].cell; }

  static Stepped running_becomes(State state, const Term& cell) {
    state.contexts[0].frames[0].cell = cell;
    return {smt::truth(true), std::move(state)};
  }

  static Stepped pushed(State state, const Term& callee) {
    auto& frames = state.contexts[0].frames;
    frames.insert(frames.begin(), {smt::truth(true), callee});
    return {smt::truth(true), std::move(state)};
  }

  Stepped give_back(State state) {
    const Term caller = rule_.return_to(state.caller.cell, running(state));
    const Term further_up =
        smt::less(smt::add(smt::variable(Sort::bits, "other_index"), smt::bits(1)), state.depth);
    state.contexts[0].frames = {{smt::truth(true), caller},
                                {smt::both({state.other.alive, further_up}), state.other.cell}};
    return {state.caller.alive, std::move(state)};
  }

  Stepped open(State state) {
    const Term root = rule_.open_context();
    const Term none = smt::bits(0);
    state.contexts.insert(state.contexts.begin(), {root, none, none, none, {{smt::truth(true), root}}});
    return {smt::truth(true), std::move(state)};
  }

  Stepped close(State state) {
    ContextTerms& interrupted = state.contexts[1];
    interrupted.frames[0].cell = rule_.close_context(interrupted.frames[0].cell, running(state));
    state.contexts.erase(state.contexts.begin());
    return {smt::equal(state.depth, smt::bits(0)), std::move(state)};
  }

  /// The attempt's outcome in the ghosts; whether it was taken.
  Term attempted(ContextTerms& context) {
    const Met met;
    const auto outcome = rule_.attempt(context.frames[0].cell, met.index, met.entries, met.filled);
    const Term one = smt::bits(1), none = smt::bits(0);
    const Term budget = smt::less(context.due, smt::bits(bpf::max_tail_call_cnt));
    const Term vain = smt::both({smt::negate(outcome.taken), budget});
    context.taken = smt::add(context.taken, smt::select(outcome.taken, one, none));
    context.in_vain = smt::add(context.in_vain, smt::select(vain, met.cost(profile_), none));
    context.due = smt::add(context.due, met.cost(profile_));
    return outcome.taken;
  }

  /// A context makes fewer than 2^64 - 1 attempts.
  static Term countable(const State& state) {
    return smt::less(state.contexts[0].due, smt::bits(UINT64_MAX));
  }

  Stepped attempt(State state) {
    const Term legal = countable(state);
    ContextTerms& context = state.contexts[0];
    const Term taken = attempted(context);
    Term& cell = context.frames[0].cell;
    cell = smt::select(taken, world_.under(taken, [&] { return rule_.tail_call(cell); }), cell);
    return {legal, std::move(state)};
  }

  Stepped root_tail_call(State state) {
    const Term only_frame = smt::equal(state.depth, smt::bits(0));
    const Term legal = smt::both({countable(state), rule_.root_tail_call_is_legal(only_frame)});
    ContextTerms& context = state.contexts[0];
    const Term taken = attempted(context);
    Term& cell = context.frames[0].cell;
    const Term moved = world_.under(taken, [&] { return rule_.root_tail_call(cell); });
    cell = smt::select(taken, moved, cell);
    context.root = smt::select(taken, moved, context.root);
    return {legal, std::move(state)};
  }

  TermWorld& world_;
  Rule& rule_;
  const bpf::Profile& profile_;
};

}  // namespace tailbound::proof

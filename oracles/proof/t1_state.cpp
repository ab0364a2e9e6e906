#include "oracles/proof/t1_state.hpp"

#include "jit/bpf/profile.hpp"

namespace tailbound::proof {

namespace {

Term named(const std::string& what, const std::string& of) {
  return smt::variable(Sort::bits, what + "_" + of);
}

LiveFrame frame(TermWorld& world, const Term& alive, const std::string& name) {
  LiveFrame made{alive, named("cell", name)};
  world.live(made.alive, made.cell);
  return made;
}

ContextTerms context(const std::string& name, std::vector<LiveFrame> frames) {
  return {named("root", name), named("due", name), named("taken", name), named("in_vain", name),
          std::move(frames)};
}

}  // namespace

State any_state(TermWorld& world) {
  State state;
  state.depth = smt::variable(Sort::bits, "depth");
  const Term always = smt::truth(true);
  const Term below_running = smt::less(smt::variable(Sort::bits, "other_index"), state.depth);
  state.caller = frame(world, smt::less(smt::bits(0), state.depth), "caller");
  state.other = frame(world, below_running, "other");
  state.contexts.push_back(context("now", {frame(world, always, "running"), state.caller, state.other}));
  state.contexts.push_back(
      context("below", {frame(world, always, "below"), frame(world, always, "below_other")}));
  state.contexts.push_back(context("elsewhere", {frame(world, always, "elsewhere")}));
  return state;
}

Term charged(const Term& due) {
  const Term limit = smt::bits(bpf::max_tail_call_cnt);
  return smt::select(smt::less(due, limit), due, limit);
}

Term invariant(TermWorld& world, const ContextTerms& context) {
  const Term count = world.load(context.root);
  std::vector<Term> parts = {smt::equal(count, charged(context.due)), smt::at_most(context.taken, count),
                             smt::equal(smt::add(context.taken, context.in_vain), count)};
  for (const LiveFrame& live : context.frames) {
    parts.push_back(smt::implies(live.alive, smt::equal(live.cell, context.root)));
  }
  return smt::both(std::move(parts));
}

Term invariant(TermWorld& world, const State& state) {
  std::vector<Term> parts;
  for (std::size_t i = 0; i < state.contexts.size(); ++i) {
    parts.push_back(invariant(world, state.contexts[i]));
    for (std::size_t j = 0; j < i; ++j) {
      parts.push_back(smt::negate(smt::equal(state.contexts[i].root, state.contexts[j].root)));
    }
  }
  return smt::both(std::move(parts));
}

}  // namespace tailbound::proof

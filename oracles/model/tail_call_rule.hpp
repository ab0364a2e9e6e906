// The rule that the project is about: what each step of a run does to the count of tail calls. Written once
// over its value type: with machine integers it judges runs, with solver terms it is what the proof is about.
#pragma once

#include <concepts>
#include <cstdint>

#include "jit/bpf/profile.hpp"

namespace tailbound::model {

/// How a count reaches the functions that a frame calls.
enum class Discipline : std::uint8_t {
  cell,      // one cell a context, every frame points to it: what one frame spends, all have spent
  by_value,  // each call hands over a copy: what the callee spends is forgotten at its return
};

/// Where counts live. `Ref` names the cell that a frame points to. Nothing here turns a Bool into a `bool`:
/// a solver's term has no truth value yet, so a choice is made by `select`, never by `if`.
template <class W>
concept RuleWorld = requires(W& world, typename W::Value value, typename W::Bool truth, typename W::Ref ref) {
  { world.number(std::uint64_t{}) } -> std::convertible_to<typename W::Value>;
  { world.add(value, value) } -> std::convertible_to<typename W::Value>;
  { world.less(value, value) } -> std::convertible_to<typename W::Bool>;
  { world.both(truth, truth) } -> std::convertible_to<typename W::Bool>;
  { world.negate(truth) } -> std::convertible_to<typename W::Bool>;
  { world.select(truth, value, value) } -> std::convertible_to<typename W::Value>;
  { world.load(ref) } -> std::convertible_to<typename W::Value>;
  { world.fresh(value) } -> std::convertible_to<typename W::Ref>;  // a cell that no live frame points to
  world.store(ref, value);
};

/// Each step takes the cells of the frames that it touches and gives the cell of the frame that runs next.
template <RuleWorld World>
struct TailCallRule {
  using Value = typename World::Value;
  using Bool = typename World::Bool;
  using Ref = typename World::Ref;

  /// A profile's numbers.
  struct Numbers {
    Value limit, cost_out_of_range, cost_empty, cost_limit;
  };

  /// Exactly one of the four outcomes holds; the first three fall through to the next statement.
  struct Attempt {
    Bool out_of_range, at_limit, empty, taken;
    Value before, after;
  };

  World& world;
  Discipline discipline;
  Numbers numbers;

  static Numbers numbers_of(World& world, const bpf::Profile& profile) {
    return {world.number(profile.limit), world.number(profile.cost_out_of_range),
            world.number(profile.cost_empty), world.number(profile.cost_limit)};
  }

  static TailCallRule of(World& world, Discipline discipline, const bpf::Profile& profile) {
    return {world, discipline, numbers_of(world, profile)};
  }

  /// An entry from outside has a budget of its own: the bound is for one context, not for a machine.
  Ref open_context() { return world.fresh(world.number(0)); }

  /// Contexts form a stack: the one that a probe interrupted goes on with its count as it was.
  Ref close_context(Ref interrupted, [[maybe_unused]] Ref ended) { return interrupted; }

  /// The one step in which the disciplines differ. Sharing the cell is the whole of the fix.
  Ref call(Ref caller) {
    switch (discipline) {
      case Discipline::cell: return caller;
      case Discipline::by_value: return world.fresh(world.load(caller));
    }
    return caller;
  }

  /// A trampoline stands between caller and callee and hands on what it was given. One that does not would open
  /// a new budget at every call.
  Ref call_through_trampoline(Ref caller) { return call(caller); }

  /// A helper is no BPF function: it has no frame here and never sees the count.
  Ref helper_call(Ref frame) { return frame; }

  /// The caller goes on with its own cell. Under `cell` that is the callee's too; under `by_value` nothing is
  /// copied back, and so two calls in a row may both spend the same budget.
  Ref return_to(Ref caller, [[maybe_unused]] Ref callee) { return caller; }

  /// The index is tested before the count and the count before the slot. The count is compared before it is
  /// raised: `limit` attempts succeed and the next falls through.
  Attempt attempt(Ref frame, Value index, Value max_entries, Bool slot_filled) {
    const Value before = world.load(frame);
    const Bool in_range = world.less(index, max_entries);
    const Bool below_limit = world.less(before, numbers.limit);
    const Bool open = world.both(in_range, below_limit);
    const Attempt outcome{.out_of_range = world.negate(in_range),
                          .at_limit = world.both(in_range, world.negate(below_limit)),
                          .empty = world.both(open, world.negate(slot_filled)),
                          .taken = world.both(open, slot_filled),
                          .before = before,
                          .after = world.add(before, charge(in_range, below_limit, slot_filled))};
    world.store(frame, outcome.after);
    return outcome;
  }

  /// What an attempt costs. A taken one costs one whatever the profile. An index out of range costs only below
  /// the limit, so that it cannot push the count past it.
  Value charge(Bool in_range, Bool below_limit, Bool slot_filled) {
    const Value nothing = world.number(0);
    const Value in_array = world.select(slot_filled, world.number(1), numbers.cost_empty);
    return world.select(below_limit, world.select(in_range, in_array, numbers.cost_out_of_range),
                        world.select(in_range, numbers.cost_limit, nothing));
  }

  /// After a taken attempt the target's frame takes the place of the caller's and keeps its cell, so whoever
  /// called the replaced frame still shares it.
  Ref tail_call(Ref frame) { return frame; }

  /// x86-64 `pointer`: the cell of the outermost main lies in its own frame and dies with it, so the value
  /// travels in rax and the target's prologue makes a new cell. Legal only while no other frame of the context
  /// is live: a frame above would keep pointing at the dead cell.
  Ref root_tail_call(Ref frame) { return world.fresh(world.load(frame)); }
  Bool root_tail_call_is_legal(Bool only_frame) { return only_frame; }

  /// A slot's content decides whether an attempt finds a program, never what was already spent.
  Ref slot_update(Ref frame) { return frame; }
};

}  // namespace tailbound::model

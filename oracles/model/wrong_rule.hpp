// The rule with one named step swapped for a wrong one: what proofs must refute and tests must catch.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "oracles/model/tail_call_rule.hpp"

namespace tailbound::model {

enum class WrongStep : std::uint8_t {
  limit_32,
  limit_34,
  reset_in_callee,
  no_write_back,
  write_back_after_helpers,
  charges_empty_slot,
  charges_out_of_range,
  trampoline_drops_pointer,
  root_tail_call_with_live_frames,
  does_not_count,
  refunds_at_slot_update,
  probe_writes_back,
};

struct WrongStepRow {
  WrongStep step;
  std::string_view name;
  std::string_view what;
};

inline constexpr std::array<WrongStepRow, 12> wrong_steps = {{
    {WrongStep::limit_32, "limit-32", "the count is compared with 32"},
    {WrongStep::limit_34, "limit-34", "the count is compared with 34"},
    {WrongStep::reset_in_callee, "reset-in-callee", "a taken tail call's target starts at 0"},
    {WrongStep::no_write_back, "no-write-back", "a call hands over a copy that is dropped at the return"},
    {WrongStep::write_back_after_helpers, "write-back-after-helpers",
     "a helper's result, 0, is written back as if it were the count"},
    {WrongStep::charges_empty_slot, "charges-empty-slot",
     "an empty slot costs one where the profile says none"},
    {WrongStep::charges_out_of_range, "charges-out-of-range",
     "an index out of range costs one where the profile says none"},
    {WrongStep::trampoline_drops_pointer, "trampoline-drops-pointer",
     "the callee behind a trampoline starts at 0"},
    {WrongStep::root_tail_call_with_live_frames, "root-tail-call-with-live-frames",
     "the value travels to a new cell while frames above point to the old one"},
    {WrongStep::does_not_count, "does-not-count", "a taken tail call leaves the count as it was"},
    {WrongStep::refunds_at_slot_update, "refunds-at-slot-update", "a slot's change gives the budget back"},
    {WrongStep::probe_writes_back, "probe-writes-back",
     "a context that ends writes its count into the one below"},
}};

template <RuleWorld World>
struct WrongRule : TailCallRule<World> {
  using Rule = TailCallRule<World>;
  using Rule::world;
  using typename Rule::Attempt;
  using typename Rule::Bool;
  using typename Rule::Ref;
  using typename Rule::Value;

  WrongStep wrong;

  static WrongRule of(World& world, Discipline discipline, const bpf::Profile& profile, WrongStep wrong) {
    WrongRule rule{Rule::of(world, discipline, profile), wrong};
    if (wrong == WrongStep::limit_32) rule.numbers.limit = world.number(profile.limit - 1);
    if (wrong == WrongStep::limit_34) rule.numbers.limit = world.number(profile.limit + 1);
    if (wrong == WrongStep::charges_empty_slot)
      rule.numbers.cost_empty = world.number(profile.cost_empty + 1);
    if (wrong == WrongStep::charges_out_of_range) {
      rule.numbers.cost_out_of_range = world.number(profile.cost_out_of_range + 1);
    }
    return rule;
  }

  Ref call(Ref caller) {
    return wrong == WrongStep::no_write_back ? world.fresh(world.load(caller)) : Rule::call(caller);
  }

  Ref call_through_trampoline(Ref caller) {
    return wrong == WrongStep::trampoline_drops_pointer ? Rule::open_context() : call(caller);
  }

  Ref helper_call(Ref frame) {
    if (wrong == WrongStep::write_back_after_helpers) world.store(frame, world.number(0));
    return Rule::helper_call(frame);
  }

  Attempt attempt(Ref frame, Value index, Value max_entries, Bool slot_filled) {
    const Attempt outcome = Rule::attempt(frame, index, max_entries, slot_filled);
    if (wrong == WrongStep::does_not_count) world.store(frame, outcome.before);
    return outcome;
  }

  Ref tail_call(Ref frame) {
    if (wrong == WrongStep::root_tail_call_with_live_frames) return Rule::root_tail_call(frame);
    if (wrong == WrongStep::reset_in_callee) world.store(frame, world.number(0));
    return Rule::tail_call(frame);
  }

  Bool root_tail_call_is_legal(Bool only_frame) {
    if (wrong != WrongStep::root_tail_call_with_live_frames) return Rule::root_tail_call_is_legal(only_frame);
    return world.less(world.number(0), world.number(1));
  }

  Ref slot_update(Ref frame) {
    if (wrong == WrongStep::refunds_at_slot_update) world.store(frame, world.number(0));
    return Rule::slot_update(frame);
  }

  Ref close_context(Ref interrupted, Ref ended) {
    if (wrong == WrongStep::probe_writes_back) world.store(interrupted, world.load(ended));
    return Rule::close_context(interrupted, ended);
  }
};

}  // namespace tailbound::model

// T1: the bound, and its exactness, by induction on the abstract machine.
#include <fmt/format.h>

#include "oracles/proof/obligation.hpp"
#include "oracles/proof/replay.hpp"
#include "oracles/proof/t1_step.hpp"

namespace tailbound::proof {

namespace {

using model::Discipline;
using model::WrongStep;
using Rule = model::TailCallRule<TermWorld>;
using Wrong = model::WrongRule<TermWorld>;

constexpr const char* logic = "QF_BV";

struct StepRow {
  StepKind kind;
  const char* name;
  const char* what;
  bool by_profile;
  std::vector<WrongStep> variants;
};

const std::vector<StepRow>& steps() {
  using enum WrongStep;
  static const std::vector<StepRow> rows = {
      {StepKind::open, "open", "an entry from outside opens a context of its own", false, {}},
      {StepKind::close, "close", "a context ends and the one below goes on", false, {probe_writes_back}},
      {StepKind::call, "call", "a call of a subprogram", false, {no_write_back}},
      {StepKind::trampoline, "trampoline", "a call through a trampoline", false, {trampoline_drops_pointer}},
      {StepKind::give_back, "return", "a return to the caller", false, {}},
      {StepKind::helper, "helper", "a call of a helper", false, {write_back_after_helpers}},
      {StepKind::slot_update, "slot-update", "a slot changes, at any time", false, {refunds_at_slot_update}},
      {StepKind::attempt,
       "attempt",
       "a tail call is tried on any index and slot",
       true,
       {limit_32, limit_34, reset_in_callee, does_not_count, charges_empty_slot, charges_out_of_range}},
      {StepKind::root_tail_call,
       "root",
       "a root tail call moves the value to a new cell",
       true,
       {root_tail_call_with_live_frames}},
  };
  return rows;
}

std::vector<std::string> assumptions() {
  return {"a frame reaches no cell but the one that it points to",
          "a new cell is not where a live frame points", "a context makes fewer than 2^64 - 1 attempts"};
}

/// The step's claim: the invariant before it, and so after it.
template <class AnyRule>
Claim claim_of(StepKind kind, TermWorld& world, AnyRule rule, const bpf::Profile& profile) {
  const State before = any_state(world);
  const Term held = invariant(world, before);
  const Stepped stepped = Stepping<AnyRule>(world, rule, profile).take(kind, before);
  const Term holds = invariant(world, stepped.after);
  Claim claim{world.facts(), holds};
  claim.given.push_back(held);
  claim.given.push_back(stepped.legal);
  return claim;
}

/// A count at the limit hides most faults for good: the counterexample is asked for where budget is left, but
/// for those whose fault is the limit.
Term can_be_seen(WrongStep wrong) {
  if (wrong == WrongStep::limit_32 || wrong == WrongStep::limit_34) return smt::truth(true);
  const Term most = smt::bits(bpf::max_tail_call_cnt - 3);
  const auto due = [&](const char* name) { return smt::at_most(smt::variable(Sort::bits, name), most); };
  // A probe stands in no prog_array: the context that ends has taken nothing.
  const Term none = smt::equal(smt::variable(Sort::bits, "due_now"), smt::bits(0));
  const bool closes = wrong == WrongStep::probe_writes_back;
  return smt::both({closes ? none : due("due_now"), due("due_below")});
}

Variant variant_of(const StepRow& row, WrongStep wrong, const bpf::Profile& profile) {
  TermWorld world(Sort::bits);
  Claim claim = claim_of(row.kind, world, Wrong::of(world, Discipline::cell, profile, wrong), profile);
  claim.given.push_back(can_be_seen(wrong));
  const model::WrongStepRow& named = model::wrong_steps[static_cast<std::size_t>(wrong)];
  smt::Script script{logic, claim.given};
  script.assertions.push_back(smt::negate(claim.follows));
  return {std::string(named.name), std::string(named.what),
          smt::print(script, fmt::format("wrong on purpose: {}", named.what), "sat"),
          [kind = row.kind, wrong, &profile](const smt::Model& model) {
            return replay(kind, wrong, profile, model);
          }};
}

Obligation obligation(std::string id, std::string statement, const Claim& claim) {
  Obligation made{std::move(id), std::move(statement), assumptions(), {}, {}, std::nullopt, {}};
  made.goal = goal_query(claim, logic, heading(made));
  made.vacuity = vacuity_query(claim, logic, made.id + " without its negated goal");
  return made;
}

Obligation step_obligation(const StepRow& row, const bpf::Profile& profile) {
  TermWorld world(Sort::bits);
  const Claim claim = claim_of(row.kind, world, Rule::of(world, Discipline::cell, profile), profile);
  const std::string id =
      row.by_profile ? fmt::format("T1.{}.{}", row.name, profile.name) : fmt::format("T1.{}", row.name);
  Obligation made = obligation(id, fmt::format("{}: the invariant is kept", row.what), claim);
  for (const WrongStep wrong : row.variants) made.variants.push_back(variant_of(row, wrong, profile));
  return made;
}

Obligation start() {
  TermWorld world(Sort::bits);
  Rule rule = Rule::of(world, Discipline::cell, bpf::profile_linux());
  const Term root = rule.open_context(), none = smt::bits(0);
  const Term holds = invariant(world, ContextTerms{root, none, none, none, {{smt::truth(true), root}}});
  return obligation("T1.start", "the first entry from outside establishes the invariant",
                    {world.facts(), holds});
}

Obligation bound() {
  TermWorld world(Sort::bits);
  const State state = any_state(world);
  const Term limit = smt::bits(bpf::max_tail_call_cnt);
  std::vector<Term> within;
  const Term held = invariant(world, state);
  for (const ContextTerms& context : state.contexts) {
    const Term exact = smt::equal(smt::add(context.taken, context.in_vain), charged(context.due));
    within.push_back(smt::both({smt::at_most(context.taken, limit), exact}));
  }
  Claim claim{world.facts(), smt::both(within)};
  claim.given.push_back(held);
  return obligation("T1.bound", "the invariant gives at most 33, and exactly min(33, charged), a context",
                    claim);
}

Term exactly_one(const std::vector<Term>& terms) {
  std::vector<Term> parts = {smt::either(terms)};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) parts.push_back(smt::negate(smt::both({terms[i], terms[j]})));
  }
  return smt::both(parts);
}

Obligation outcome(const bpf::Profile& profile) {
  TermWorld world(Sort::bits);
  Rule rule = Rule::of(world, Discipline::cell, profile);
  const State state = any_state(world);
  const Term held = invariant(world, state);
  const Met met;
  const auto seen = rule.attempt(state.contexts[0].frames[0].cell, met.index, met.entries, met.filled);
  const Term budget = smt::less(state.contexts[0].due, smt::bits(bpf::max_tail_call_cnt));
  const Term taken = smt::both({met.found(), budget});
  Claim claim{
      world.facts(),
      smt::both({exactly_one({seen.out_of_range, seen.at_limit, seen.empty, seen.taken}),
                 smt::equal(seen.taken, taken), smt::equal(seen.out_of_range, smt::negate(met.in_range())),
                 smt::implies(seen.empty, smt::negate(met.filled))})};
  claim.given.push_back(held);
  return obligation(fmt::format("T1.outcome.{}", profile.name),
                    "an attempt is taken if and only if it finds a program while fewer than 33 are due",
                    claim);
}

Obligation reached(const bpf::Profile& profile) {
  TermWorld world(Sort::bits);
  Rule rule = Rule::of(world, Discipline::cell, profile);
  const Met met;
  Term cell = rule.open_context();
  std::vector<Term> parts;
  for (std::uint32_t i = 0; i <= bpf::max_tail_call_cnt; ++i) {
    const auto seen = rule.attempt(cell, met.index, met.entries, met.filled);
    parts.push_back(i < bpf::max_tail_call_cnt ? seen.taken : seen.at_limit);
    cell = world.under(seen.taken, [&] { return rule.tail_call(cell); });
  }
  Claim claim{world.facts(), smt::both(parts)};
  claim.given.push_back(met.found());
  return obligation(fmt::format("T1.reached.{}", profile.name),
                    "33 is reached: of 34 attempts in a row that find a program all but the last are taken",
                    claim);
}

}  // namespace

std::vector<Obligation> bound_by_induction() {
  std::vector<Obligation> all = {start()};
  for (const StepRow& row : steps()) {
    if (!row.by_profile) {
      all.push_back(step_obligation(row, bpf::profile_linux()));
      continue;
    }
    for (const bpf::Profile& profile : bpf::profiles()) all.push_back(step_obligation(row, profile));
  }
  all.push_back(bound());
  for (const bpf::Profile& profile : bpf::profiles()) all.push_back(outcome(profile));
  for (const bpf::Profile& profile : bpf::profiles()) all.push_back(reached(profile));
  return all;
}

}  // namespace tailbound::proof

// T3: the bound over arbitrary recursion, as Horn clauses. What a clause says about the count is what the
// rule's template does to numbered cells.
#include <fmt/format.h>

#include "jit/bpf/graph.hpp"
#include "oracles/model/walker.hpp"
#include "oracles/proof/obligation.hpp"
#include "oracles/proof/replay.hpp"
#include "oracles/proof/term_world.hpp"

namespace tailbound::proof {

namespace {

using model::Discipline;
using Rule = model::TailCallRule<TermWorld>;

Term whole(const char* name) { return smt::variable(Sort::integer, name); }

/// A function's activation was entered with count c0 when t0 tail calls had been made; now it is c and t.
Term run(const Term& c0, const Term& t0, const Term& c, const Term& t) {
  return smt::apply("Run", {whole("limit"), c0, t0, c, t});
}
/// Some activation runs with count c when t tail calls have been made.
Term reach(const Term& c, const Term& t) { return smt::apply("Reach", {whole("limit"), c, t}); }

const Term& c0() {
  static const Term term = whole("c0");
  return term;
}
const Term& t0() {
  static const Term term = whole("t0");
  return term;
}
const Term& c() {
  static const Term term = whole("c");
  return term;
}
const Term& t() {
  static const Term term = whole("t");
  return term;
}

struct Machine {
  TermWorld world{Sort::integer, TermWorld::Cells::numbered};
  Rule rule;
  explicit Machine(Discipline discipline) : rule(Rule::of(world, discipline, bpf::profile_linux())) {
    rule.numbers.limit = whole("limit");
  }
};

smt::Clause start(Discipline discipline) {
  Machine machine(discipline);
  const Term count = machine.world.load(machine.rule.open_context());
  return {smt::at_most(smt::integer(0), whole("limit")), reach(count, smt::integer(0))};
}

smt::Clause entry() { return {reach(c(), t()), run(c(), t(), c(), t())}; }

/// The callee starts with what the rule hands it.
smt::Clause call(Discipline discipline) {
  Machine machine(discipline);
  const Term caller = machine.world.fresh(c());
  const Term handed = machine.world.load(machine.rule.call(caller));
  return {run(c0(), t0(), c(), t()), reach(handed, t())};
}

/// The callee has left c1 in its cell and t1 tail calls made; the caller goes on with what the rule gives it.
smt::Clause give_back(Discipline discipline) {
  Machine machine(discipline);
  const Term caller = machine.world.fresh(c());
  const Term callee = machine.rule.call(caller);
  const Term handed = machine.world.load(callee);
  const Term c1 = whole("c1"), t1 = whole("t1");
  machine.world.store(callee, c1);
  const Term after = machine.world.load(machine.rule.return_to(caller, callee));
  return {smt::both({run(c0(), t0(), c(), t()), run(handed, t(), c1, t1)}), run(c0(), t0(), after, t1)};
}

smt::Clause attempt(Discipline discipline) {
  Machine machine(discipline);
  const Term cell = machine.world.fresh(c());
  const Term filled = smt::variable(Sort::truth, "filled");
  const auto seen = machine.rule.attempt(cell, whole("index"), whole("entries"), filled);
  const Term next = machine.world.under(seen.taken, [&] { return machine.rule.tail_call(cell); });
  const Term made = smt::add(t(), smt::select(seen.taken, smt::integer(1), smt::integer(0)));
  return {run(c0(), t0(), c(), t()), run(c0(), t0(), machine.world.load(next), made)};
}

smt::Horn horn(Discipline discipline, const Term& bad) {
  const std::vector<Sort> three(3, Sort::integer), five(5, Sort::integer);
  return {{{"Run", five}, {"Reach", three}},
          {start(discipline),
           entry(),
           call(discipline),
           give_back(discipline),
           attempt(discipline),
           {smt::both({reach(c(), t()), bad}), smt::truth(false)}}};
}

/// The hierarchy of two calls, walked by value.
Replay replay_by_value(const smt::Model&) {
  const auto scenario = bpf::parse_graph(scenario_of(StepKind::call, {}));
  if (!scenario) return {false, "the scenario is not valid: " + scenario.error().text(), {}};
  const auto most = [&](Discipline discipline) {
    model::Walker walker({.discipline = discipline});
    walker.walk(*scenario);
    return walker.contexts()[0].taken;
  };
  const std::uint64_t by_value = most(Discipline::by_value), shared = most(Discipline::cell);
  return {by_value > bpf::max_tail_call_cnt && shared <= bpf::max_tail_call_cnt,
          fmt::format("{} taken by value, {} by the shared cell", by_value, shared),
          bpf::print_graph(*scenario)};
}

}  // namespace

std::vector<Obligation> bound_by_horn_clauses() {
  const Term over = smt::less(whole("limit"), t());
  Obligation made;
  made.id = "T3.horn";
  made.statement = "over any recursion of calls and tail calls at most `limit` are taken, for every limit";
  made.assumptions = {"calls return in the order of a stack"};
  made.horn = horn(Discipline::cell, over);
  made.goal = smt::print(*made.horn, heading(made), "sat");
  // The limit itself is reached.
  const Term reached = smt::both({smt::equal(whole("limit"), t()), smt::less(smt::integer(2), t())});
  made.vacuity = smt::print(horn(Discipline::cell, reached), made.id + ": the limit is reached", "unsat");
  made.variants.push_back(
      {"by-value", "each call hands over a copy",
       smt::print(horn(Discipline::by_value, over), "wrong on purpose: by value", "unsat"), replay_by_value});
  return {made};
}

}  // namespace tailbound::proof

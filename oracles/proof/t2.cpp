// T2: what a count by value comes to, for every number of calls and every limit.
#include <fmt/format.h>

#include "jit/bpf/graph.hpp"
#include "oracles/model/closed_form.hpp"
#include "oracles/proof/obligation.hpp"
#include "oracles/proof/term_world.hpp"

namespace tailbound::proof {

namespace {

using model::Discipline;
using smt::integer;

Term whole(std::string name) { return smt::variable(Sort::integer, std::move(name)); }

Obligation obligation(std::string id, std::string statement, const Claim& claim, const char* logic) {
  Obligation made{std::move(id), std::move(statement), {}, {}, {}, std::nullopt, {}};
  made.assumptions = {"every main makes N calls of a subprogram that tail-calls a main, whatever the count"};
  made.goal = goal_query(claim, logic, heading(made));
  made.vacuity = vacuity_query(claim, logic, made.id + " without its negated goal");
  return made;
}

/// (N - 1) f = p - N, where p is N to the power of the levels and one.
Term closed(const Term& n, const Term& f, const Term& p) {
  return smt::equal(smt::mul(smt::sub(n, integer(1)), f), smt::sub(p, n));
}

Claim step(const Term& next) {
  const Term n = whole("N"), f = whole("f"), p = whole("p");
  return {{closed(n, f, p)}, closed(n, next, smt::mul(n, p))};
}

/// A main that makes `calls` calls, each of which tail-calls it.
std::string hierarchy(std::uint64_t calls) {
  std::string text = "array slots[1] { 0: entry }\nprogram entry {\n";
  for (std::uint64_t i = 0; i < calls; ++i) text += "  call tail\n";
  return text + "  return 0\n\n  subprog tail { tail_call slots[0]; return 0 }\n}\nrun entry\n";
}

/// With two levels: the wrong recursion never leaves 0, and the model counts N + N^2.
Replay replay_uncounted(const smt::Model& model) {
  const std::uint64_t calls = model.at("N");
  const auto scenario = bpf::parse_graph(hierarchy(calls));
  if (!scenario) return {false, "the scenario is not valid: " + scenario.error().text(), {}};
  const bpf::Profile two_levels{.name = "two levels", .limit = 2};
  const auto form = model::closed_form(*scenario, 0, Discipline::by_value, two_levels);
  if (!form) return {false, form.error(), {}};
  const bool shown = form->tail_calls.small != 0U && form->tail_calls.small == calls + calls * calls;
  return {shown,
          fmt::format("{} calls, limit 2: the model makes {}, the wrong recursion 0", calls,
                      form->tail_calls.decimal),
          bpf::print_graph(*scenario)};
}

Obligation induction_step() {
  const Term n = whole("N"), f = whole("f");
  Obligation made =
      obligation("T2.step", "one level more: f(c) = N (1 + f(c+1)) keeps (N - 1) f = N^(levels + 1) - N",
                 step(smt::mul(n, smt::add(integer(1), f))), "QF_NIA");
  Claim wrong = step(smt::mul(n, f));
  wrong.given.push_back(smt::at_most(integer(1), n));
  wrong.given.push_back(smt::at_most(n, integer(8)));
  smt::Script script{"QF_NIA", wrong.given};
  script.assertions.push_back(smt::negate(wrong.follows));
  made.variants.push_back({"call-not-counted", "the tail call itself is not counted: f(c) = N f(c+1)",
                           smt::print(script, "wrong on purpose: f(c) = N f(c+1)", "sat"), replay_uncounted});
  return made;
}

Obligation base() {
  const Term n = whole("N"), p = whole("p");
  return obligation("T2.base", "at the limit nothing is taken: f = 0 satisfies (N - 1) f = N^1 - N",
                    {{smt::equal(p, n)}, closed(n, integer(0), p)}, "QF_NIA");
}

Obligation two_calls() {
  const auto f = [](std::uint32_t level) { return whole(fmt::format("f{}", level)); };
  Claim claim{{smt::equal(f(bpf::max_tail_call_cnt), integer(0))}, smt::equal(f(0), integer(17'179'869'182))};
  for (std::uint32_t level = 0; level < bpf::max_tail_call_cnt; ++level) {
    const Term below = smt::add(integer(1), f(level + 1));
    claim.given.push_back(smt::equal(f(level), smt::mul(integer(2), below)));
  }
  return obligation("T2.two-calls", "two calls a main and the limit 33 make 17,179,869,182 tail calls", claim,
                    "QF_LIA");
}

Obligation worst() {
  const Term n = whole("N"), calls = whole("calls"), below = whole("below"), sum = whole("sum");
  const Term none = integer(0), each = smt::add(integer(1), below);
  const Claim claim{{smt::at_most(none, calls), smt::at_most(calls, n), smt::at_most(none, below),
                     smt::at_most(sum, smt::mul(calls, each))},
                    smt::at_most(sum, smt::mul(n, each))};
  return obligation("T2.worst", "mains that make at most N calls make at most as many tail calls as N each",
                    claim, "QF_NIA");
}

/// Where the recursion comes from: the rule itself, by value.
Obligation copy() {
  TermWorld world(Sort::bits);
  auto rule = model::TailCallRule<TermWorld>::of(world, Discipline::by_value, bpf::profile_linux());
  const Term caller = smt::variable(Sort::bits, "cell_caller");
  world.live(smt::truth(true), caller);
  const Term before = world.load(caller);
  const Term callee = rule.call(caller);
  const Term handed = world.load(callee);
  const Term found = smt::truth(true);
  const auto seen = rule.attempt(callee, smt::bits(0), smt::variable(Sort::bits, "entries"), found);
  const Term raised = smt::equal(world.load(callee), smt::add(handed, smt::bits(1)));
  const Term after = world.load(rule.return_to(caller, callee));
  Claim claim{world.facts(), smt::both({smt::equal(handed, before), smt::implies(seen.taken, raised),
                                        smt::equal(after, before)})};
  return obligation("T2.copy", "by value a callee starts at its caller's count, and leaves that as it was",
                    claim, "QF_BV");
}

}  // namespace

std::vector<Obligation> by_value_count() { return {copy(), base(), induction_step(), two_calls(), worst()}; }

}  // namespace tailbound::proof

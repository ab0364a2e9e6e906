// T6: the two patch sites of a direct tail call while another CPU runs them. The writer's order: a slot that
// is filled gets its target first and then its bypass is opened; one that is emptied gets its bypass shut,
// then a grace period passes, then the target goes.
#include <fmt/format.h>

#include "oracles/proof/explore.hpp"
#include "oracles/proof/obligation.hpp"

namespace tailbound::proof {

namespace {

using smt::Sort;
using smt::Term;

enum class Order { right, removal_swapped, no_grace_period, install_swapped };

/// Writer: what it does next. Reader: where the running CPU is.
enum : std::int64_t { empty, target_written, filled, bypass_shut, target_gone, bypass_opened };
enum : std::int64_t { outside, before_bypass, unwound };

struct Sites {
  Term bypass_jumps = smt::variable(Sort::truth, "bypass_jumps");
  Term target_jumps = smt::variable(Sort::truth, "target_jumps");
  Term writer = smt::variable(Sort::integer, "writer");
  Term reader = smt::variable(Sort::integer, "reader");
  Term waited_for = smt::variable(Sort::truth, "waited_for");  // the reader went in before the grace period

  Term holds() const { return smt::apply("Sites", {bypass_jumps, target_jumps, writer, reader, waited_for}); }
};

Term at(const Term& place, std::int64_t where) { return smt::equal(place, smt::integer(where)); }

struct Named {
  std::string what;
  smt::Clause clause;
};

class Protocol {
 public:
  explicit Protocol(Order order, bool bad_is_allowed_instead = false) {
    const Sites now;
    const Term yes = smt::truth(true), no = smt::truth(false);
    start({yes, no, smt::integer(empty), smt::integer(outside), no});
    install(order);
    remove(order);
    reader();
    const Term target = bad_is_allowed_instead ? now.target_jumps : smt::negate(now.target_jumps);
    steps_.push_back({"the reader, unwound, runs the target site",
                      {smt::both({now.holds(), at(now.reader, unwound), target}), no}});
  }

  smt::Horn horn() const {
    smt::Horn made{{{"Sites", {Sort::truth, Sort::truth, Sort::integer, Sort::integer, Sort::truth}}}, {}};
    for (const Named& step : steps_) made.clauses.push_back(step.clause);
    return made;
  }
  const std::string& what(std::size_t step) const { return steps_[step].what; }

 private:
  void start(const Sites& first) { steps_.push_back({"an empty slot", {smt::truth(true), first.holds()}}); }

  void step(std::string what, const Term& when, const Sites& after) {
    steps_.push_back({std::move(what), {smt::both({Sites().holds(), when}), after.holds()}});
  }

  /// The writer at `from` does one thing and is at `to`.
  void writes(std::string what, std::int64_t from, Sites after, std::int64_t to) {
    after.writer = smt::integer(to);
    step(std::move(what), at(Sites().writer, from), after);
  }

  static Sites with_bypass(bool jumps) {
    Sites after;
    after.bypass_jumps = smt::truth(jumps);
    return after;
  }
  static Sites with_target(bool jumps) {
    Sites after;
    after.target_jumps = smt::truth(jumps);
    return after;
  }
  /// A grace period waits for whoever is inside when it starts.
  static Sites with_bypass_shut() {
    Sites after = with_bypass(true);
    after.waited_for = smt::negate(at(after.reader, outside));
    return after;
  }

  void install(Order order) {
    if (order == Order::install_swapped) {
      writes("bypass opened", empty, with_bypass(false), bypass_opened);
      writes("target written", bypass_opened, with_target(true), filled);
    } else {
      writes("target written", empty, with_target(true), target_written);
      writes("bypass opened", target_written, with_bypass(false), filled);
    }
  }

  void remove(Order order) {
    if (order == Order::removal_swapped) {
      writes("target removed", filled, with_target(false), target_gone);
      writes("bypass shut", target_gone, with_bypass_shut(), empty);
      return;
    }
    writes("bypass shut", filled, with_bypass_shut(), bypass_shut);
    const Sites now;
    Sites after = with_target(false);
    after.writer = smt::integer(empty);
    const Term grace = order == Order::no_grace_period ? smt::truth(true) : smt::negate(now.waited_for);
    step("target removed", smt::both({at(now.writer, bypass_shut), grace}), after);
  }

  void reader() {
    const Sites now;
    Sites inside, falls, leaves;
    inside.reader = smt::integer(before_bypass);
    falls.reader = smt::integer(unwound);
    leaves.reader = smt::integer(outside);
    leaves.waited_for = smt::truth(false);
    step("the reader enters", at(now.reader, outside), inside);
    step("the reader jumps over", smt::both({at(now.reader, before_bypass), now.bypass_jumps}), leaves);
    step("the reader counts and unwinds",
         smt::both({at(now.reader, before_bypass), smt::negate(now.bypass_jumps)}), falls);
    step("the reader jumps to the target", smt::both({at(now.reader, unwound), now.target_jumps}), leaves);
  }

  std::vector<Named> steps_;
};

/// Shown when trying all states finds the way that the solver says there is, and none in the right order.
Replay replay_order(Order order) {
  const Protocol wrong(order);
  const auto way = way_to_query(wrong.horn());
  if (way_to_query(Protocol(Order::right).horn()))
    return {false, "trying all states refutes the right order", {}};
  if (!way) return {false, "trying all states finds nothing", {}};
  std::string said;
  for (const std::size_t step : *way) said += (said.empty() ? "" : "; ") + wrong.what(step);
  return {true, said, {}};
}

Variant variant(Order order, const char* name, const char* what) {
  return {name, what, smt::print(Protocol(order).horn(), fmt::format("wrong on purpose: {}", what), "unsat"),
          [order](const smt::Model&) { return replay_order(order); }};
}

}  // namespace

std::vector<Obligation> patching_protocol() {
  Obligation made;
  made.id = "T6.patching";
  made.statement =
      "no CPU unwinds its frame and then falls into the target site's nop, whenever slots change";
  made.assumptions = {"each patch is seen whole, and in the order of writing",
                      "a grace period ends after every CPU that was inside a program has left it"};
  made.horn = Protocol(Order::right).horn();
  made.goal = smt::print(*made.horn, heading(made), "sat");
  made.vacuity =
      smt::print(Protocol(Order::right, true).horn(), made.id + ": the target is jumped to", "unsat");
  made.variants = {
      variant(Order::removal_swapped, "removal-swapped", "the target goes before the bypass is shut"),
      variant(Order::no_grace_period, "no-grace-period", "the target goes as soon as the bypass is shut"),
      variant(Order::install_swapped, "install-swapped", "the bypass opens before there is a target")};
  return {made};
}

}  // namespace tailbound::proof

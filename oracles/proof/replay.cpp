#include "oracles/proof/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/graph.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::proof {

namespace {

using model::ContextCount;

std::uint64_t value(const smt::Model& model, const std::string& name) {
  const auto found = model.find(name);
  return found == model.end() ? 0 : found->second;
}

/// A context's count, as the invariant has it.
std::uint64_t count(const smt::Model& model, const std::string& due) {
  return std::min<std::uint64_t>(value(model, due), bpf::max_tail_call_cnt);
}

/// Slot 1 holds a program, slot 2 none, and there are four.
std::string attempt(const smt::Model& model) {
  if (value(model, "index") >= value(model, "entries")) return "tail_call slots[data 9]";
  return value(model, "filled") != 0 ? "tail_call slots[1]" : "tail_call slots[2]";
}

/// What the frame `entry.step` does, and the event that goes with it.
struct StepText {
  std::string statement, event;
};
StepText text_of(StepKind kind, const smt::Model& model) {
  switch (kind) {
    case StepKind::open:
    case StepKind::close: return {"helper time", "attach fentry probe to entry.step"};
    case StepKind::call:
    case StepKind::give_back: return {"call spend", ""};
    case StepKind::trampoline: return {"call spend", "attach fentry probe to entry.spend"};
    case StepKind::helper: return {"helper random", ""};
    case StepKind::slot_update: return {"helper time", "at entry of entry.step #1: set slots[3] = burn"};
    case StepKind::attempt:
    case StepKind::root_tail_call: return {attempt(model), ""};
  }
  return {};
}

/// The context that is not exact, in words; empty when all are.
template <class Walker>
std::string inexact(Walker& walker, const bpf::Scenario& scenario) {
  walker.walk(scenario);
  const bpf::Profile& profile = *walker.options().profile;
  for (const ContextCount& context : walker.contexts()) {
    const std::uint64_t due = context.taken + context.at_limit + profile.cost_empty * context.empty +
                              profile.cost_out_of_range * context.out_of_range;
    const std::uint64_t paid = context.taken + profile.cost_empty * context.empty;
    const std::uint64_t want = std::min<std::uint64_t>(bpf::max_tail_call_cnt, due);
    if (paid != want) {
      return fmt::format("{} charged, {} taken, {} allowed in context {}", paid, context.taken, want,
                         context.context);
    }
  }
  return {};
}

}  // namespace

std::string scenario_of(StepKind kind, const smt::Model& model) {
  const bool closes = kind == StepKind::close || kind == StepKind::open;
  const std::uint64_t main_count = count(model, closes ? "due_below" : "due_now");
  const StepText step = text_of(kind, model);
  const char* const probe = step.event.starts_with("attach") ? "program probe { return 0 }\n" : "";
  return fmt::format(
      "array slots[4] {{ 0: entry, 1: burn }}\n\n"
      "program entry {{\n"
      "  if entries(entry) <= {} {{ tail_call slots[0] }}\n"
      "  call step\n  call spend\n  return 0\n\n"
      "  subprog step {{ {}; call spend; return 0 }}\n"
      "  subprog spend {{ tail_call slots[1]; return 0 }}\n}}\n"
      "program burn {{ tail_call slots[1]; return 0 }}\n"
      "{}\n{}{}run entry\n",
      main_count, step.statement, probe, step.event, step.event.empty() ? "" : "\n");
}

Replay replay(StepKind kind, model::WrongStep wrong, const bpf::Profile& profile, const smt::Model& model) {
  Replay result;
  const std::string text = scenario_of(kind, model);
  const auto scenario = bpf::parse_graph(text);
  if (!scenario) {
    result.said = fmt::format("the scenario is not valid: {}", scenario.error().text());
    return result;
  }
  result.scenario = bpf::print_graph(*scenario);
  model::Walker right({.profile = &profile});
  model::WrongWalker swapped({.profile = &profile}, wrong);
  if (const std::string why = inexact(right, *scenario); !why.empty()) {
    result.said = "the right rule breaks on it: " + why;
    return result;
  }
  const std::string seen = inexact(swapped, *scenario);
  result.shown = !seen.empty();
  const std::string what = result.shown ? seen : "the walker shows nothing wrong";
  const char* const due = kind == StepKind::close ? "due_below" : "due_now";
  result.said = fmt::format("from a count of {}: {}", count(model, due), what);
  return result;
}

}  // namespace tailbound::proof

#include "oracles/judge/expected.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "oracles/check/checks.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound {

namespace {

bool has_asm(const bpf::Scenario& scenario) {
  bool found = false;
  for (const bpf::Program& program : scenario.programs) {
    for (const bpf::Function& function : program.functions) {
      bpf::visit(
          function.body, [&](const bpf::Statement& s) { found |= std::holds_alternative<bpf::Asm>(s.node); },
          [](const bpf::Expr&) {});
    }
  }
  return found;
}

/// Whether the model walks to what was seen by this design.
bool walks_there(const bpf::Scenario& scenario, const model::WalkOptions& options, const Observation& seen) {
  model::Walker walker(options);
  return !check::same_behaviour(walker.walk(scenario), seen, !has_asm(scenario)).broken();
}

/// The parts of the design without which the model would not walk there.
std::string explain(const bpf::Scenario& scenario, const model::WalkOptions& design, const Observation& seen) {
  std::vector<std::string_view> parts;
  bpf::Profile profile = *design.profile;
  model::WalkOptions without = design;
  without.discipline = model::Discipline::cell;
  if (design.discipline == model::Discipline::by_value && !walks_there(scenario, without, seen))
    parts.push_back("a call hands over a copy of the count");
  without = design;
  without.profile = &profile;
  profile.cost_empty = 0;
  if (design.profile->cost_empty != 0 && !walks_there(scenario, without, seen))
    parts.push_back("an empty slot costs one");
  without = design;
  without.verified = false;
  if (!walks_there(scenario, without, seen))
    parts.push_back("the verifier drops a branch that only a taken tail call's value takes");
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

std::string_view name(Comparison::Outcome outcome) {
  switch (outcome) {
    case Comparison::Outcome::holds: return "holds";
    case Comparison::Outcome::explained: return "explained";
    case Comparison::Outcome::unexplained: return "unexplained";
    case Comparison::Outcome::unavailable: return "unavailable";
  }
  return "?";
}

Comparison compare_with_expectations(const bpf::Scenario& scenario, const engine::Identity& engine,
                                     const Observation& seen) {
  using Outcome = Comparison::Outcome;
  if (!seen.unavailable.empty()) return {Outcome::unavailable, seen.unavailable, {}};
  const model::WalkOptions design{
      .discipline = engine.by_value ? model::Discipline::by_value : model::Discipline::cell,
      .profile = engine.profile,
      .verified = engine.verifies};
  Verdict verdict = check::accepted(seen);
  if (!verdict.broken()) verdict = check::ended(seen);
  const bool ran = !verdict.broken();
  if (ran) verdict = check::expectations(scenario, seen);
  const bool predicted = ran && walks_there(scenario, design, seen);
  if (!verdict.broken()) {
    if (predicted) return {};
    return {Outcome::unexplained, "as expected, but not as the model says in what is not expected", {}};
  }
  const std::string difference = fmt::format("run {}: {}", verdict.run + 1, verdict.detail);
  if (!predicted) return {Outcome::unexplained, difference, {}};
  return {Outcome::explained, difference, explain(scenario, design, seen)};
}

}  // namespace tailbound

#include "fuzz/campaign/blame.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fuzz/campaign/blame_steps.hpp"
#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/engines.hpp"
#include "jit/bpf/lowered.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/check/checks.hpp"

namespace tailbound::fuzz {

namespace {

/// Exactly the same behaviour, under what the two have in common: a kernel shows no registers.
bool same(const Observation& kernel, const Observation& scheme) {
  if (!kernel.unavailable.empty() || !scheme.unavailable.empty()) return false;
  return !check::same_behaviour(kernel, scheme, true).broken();
}

std::unique_ptr<engine::Engine> make_one(const std::string& engine, std::string_view scheme) {
  auto made = make_engines({.engines = {engine}, .scheme = std::string(scheme)});
  return made ? std::move(made->front()) : nullptr;
}

/// In a child for each scheme, since they may be wild; the engine shows it again to each of them.
std::vector<std::string> schemes_that_show_it(const reports::FindingFile& finding, std::string& why_not) {
  std::vector<std::string> names;
  const bpf::Lowered lowered = bpf::lower(finding.scenario);
  const auto engine = make_one(finding.record.engine, finding.record.scheme);
  if (!engine) {
    why_not = "there is no engine " + finding.record.engine;
    return names;
  }
  const Observation seen = engine->run_one(lowered);
  if (!seen.unavailable.empty()) {
    why_not = fmt::format("{} is unavailable: {}", finding.record.engine, seen.unavailable);
    return names;
  }
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    const ChildEnd end = in_child([&](std::string&) {
      const auto native = make_one("x86_64", scheme.identity.name);
      return native && same(seen, native->run_one(lowered)) ? 1 : 0;
    });
    if (end.signal == 0 && end.exit_code == 1) names.emplace_back(scheme.identity.name);
  }
  if (names.empty()) why_not = "no scheme shows exactly this";
  return names;
}

}  // namespace

std::string Guilt::sentence() const {
  constexpr std::size_t few = 6;
  if (steps.size() > few)
    return fmt::format("no few steps: another design, the {} steps in which {} differs together", steps.size(), donor);
  const std::string_view together = steps.size() < 2 ? "" : steps.size() == 2 ? "both: " : "together: ";
  return fmt::format("{}{} (as {} has it)", together, fmt::join(steps, "; "), donor);
}

std::vector<std::string> Blame::sentences() const {
  std::vector<std::string> out;
  for (const Guilt& guilt : guilty) out.push_back(guilt.sentence());
  if (!predicted.empty()) out.push_back(fmt::format("predicted exactly by {}", fmt::join(predicted, ", ")));
  return out;
}

Blame find_blame(const reports::FindingFile& finding) {
  Blame blame;
  const std::string& engine = finding.record.engine;
  if (engine == "interpreter") {
    blame.why_not = "the interpreter has no steps";
  } else if (has_steps(engine)) {
    blame_steps(finding, blame);
  } else {
    blame.predicted = schemes_that_show_it(finding, blame.why_not);
  }
  return blame;
}

}  // namespace tailbound::fuzz

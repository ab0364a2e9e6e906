#include "oracles/check/determinism.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "oracles/check/checks.hpp"

namespace tailbound::check {

namespace {
Verdict broken(const char* kind, std::string detail) {
  return {Outcome::disagree, Property::determinism, kind, std::move(detail), 0};
}
}  // namespace

Verdict same_image(const jit::Image& first, const jit::Image& second) {
  if (first.code != second.code) {
    const auto at =
        std::mismatch(first.code.begin(), first.code.end(), second.code.begin(), second.code.end()).first;
    return broken("code", fmt::format("two compilations differ from byte {:#x} on", at - first.code.begin()));
  }
  if (first.functions != second.functions)
    return broken("functions", "two compilations differ in their functions");
  if (first.sites != second.sites) return broken("sites", "two compilations differ in their tail-call sites");
  if (first.relocations != second.relocations)
    return broken("relocations", "two compilations differ in their relocations");
  if (first.address != second.address)
    return broken("address map", "two compilations differ in their address maps");
  return {};
}

Verdict same_observation(const Observation& first, const Observation& second) {
  if (Verdict verdict = same_behaviour(first, second, true); verdict.broken()) {
    verdict.property = Property::determinism;
    verdict.kind = "second run";
    verdict.detail = "a second run differs: " + verdict.detail;
    return verdict;
  }
  for (std::size_t r = 0; r < first.runs.size(); ++r) {
    const RunObservation& a = first.runs[r];
    const RunObservation& b = second.runs[r];
    const char* differs = nullptr;
    if (a.status != b.status) differs = "it ended in another way";
    else if (a.frame != b.frame) differs = "it left another frame";
    else if (a.contexts != b.contexts || a.context != b.context) differs = "its contexts are others";
    if (differs == nullptr && a.stack_used == b.stack_used) continue;
    Verdict verdict = broken("second run", fmt::format("a second run differs: {}",
                                                       differs != nullptr ? differs : "it used another stack"));
    verdict.run = r;
    return verdict;
  }
  return {};
}

}  // namespace tailbound::check

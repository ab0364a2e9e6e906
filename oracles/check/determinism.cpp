#include "oracles/check/determinism.hpp"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace tailbound::check

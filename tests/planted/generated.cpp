// Every step of every sound scheme dropped, doubled, and swapped with the next one.
#include <fmt/format.h>

#include "jit/x86_64/schemes.hpp"
#include "tests/planted/fault.hpp"
#include "tests/planted/generated_seen.hpp"

namespace tailbound::planted {

namespace {

using x86_64::Scheme;
using Steps = Scheme::Steps;

/// Landing pads have no bytes without IBT.
jit::Options options_for(const Steps& steps, const Change& change) {
  jit::Options options;
  for (std::size_t i = change.at; i < change.at + change.count; ++i)
    options.ibt |= steps[i].name == "landing pad";
  return options;
}

/// "the second landing pad" where a place has a step twice.
std::string step_name(const Steps& steps, std::size_t i) {
  for (std::size_t before = 0; before < i; ++before) {
    if (steps[before].name == steps[i].name) return fmt::format("the second {}", steps[i].name);
  }
  return std::string(steps[i].name);
}

void add(std::vector<Fault>& faults, const Scheme& scheme, std::string name, std::string summary,
         Change change) {
  Fault fault{.name = fmt::format("{}: {} {}", scheme.identity.name, change.place->name, name),
              .bug = {},
              .base = std::string(scheme.identity.name),
              .summary = std::move(summary),
              .change = change,
              .caught_by = {},
              .equivalent = {},
              .not_shown_by = {},
              .options = options_for(scheme.*change.place->steps, change)};
  fill_what_is_seen(fault);
  faults.push_back(std::move(fault));
}

void add_place(std::vector<Fault>& faults, const Scheme& scheme, const Place& place) {
  const Steps& steps = scheme.*place.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string name = step_name(steps, i);
    add(faults, scheme, fmt::format("without {}", name), fmt::format("'{}' is left out", name),
        {.place = &place, .at = i, .count = 1, .instead = {}});
    add(faults, scheme, fmt::format("{} twice", name), fmt::format("'{}' is emitted twice", name),
        {.place = &place, .at = i, .count = 1, .instead = {steps[i], steps[i]}});
    if (i + 1 == steps.size()) continue;
    const std::string next = step_name(steps, i + 1);
    add(faults, scheme, fmt::format("{} behind {}", name, next),
        fmt::format("'{}' comes before '{}'", next, name),
        {.place = &place, .at = i, .count = 2, .instead = {steps[i + 1], steps[i]}});
  }
}

}  // namespace

std::span<const Fault> generated() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    for (const Scheme& scheme : x86_64::schemes()) {
      if (!scheme.identity.meant_sound) continue;
      for (const Place& place : places()) add_place(all, scheme, place);
    }
    return all;
  }();
  return faults;
}

}  // namespace tailbound::planted

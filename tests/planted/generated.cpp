// Every step of every sound scheme dropped, doubled, and swapped with the next one.
#include <fmt/format.h>

#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "tests/planted/fault.hpp"
#include "tests/planted/generated_seen.hpp"

namespace tailbound::planted {

namespace {

/// What the steps have no bytes without.
jit::Options options_for(std::string_view step, jit::Arch arch) {
  jit::Options options;
  options.ibt = arch == jit::Arch::x86_64 && step == "landing pad";
  options.bti = arch == jit::Arch::arm64 && (step == "landing pad" || step == "tail-call pad");
  options.pac = step == "sign return address" || step == "authenticate return";
  return options;
}

template <class Scheme>
jit::Options options_for(const typename Scheme::Steps& steps, const ChangeOf<Scheme>& change, jit::Arch arch) {
  jit::Options options;
  for (std::size_t i = change.at; i < change.at + change.count; ++i) {
    const jit::Options needed = options_for(steps[i].name, arch);
    options.ibt |= needed.ibt;
    options.bti |= needed.bti;
    options.pac |= needed.pac;
  }
  return options;
}

/// "the second landing pad" where a place has a step twice.
template <class Steps>
std::string step_name(const Steps& steps, std::size_t i) {
  for (std::size_t before = 0; before < i; ++before) {
    if (steps[before].name == steps[i].name) return fmt::format("the second {}", steps[i].name);
  }
  return std::string(steps[i].name);
}

/// The generated faults of one arch.
template <class Emitter>
class Generator {
 public:
  using Scheme = jit::Scheme<Emitter>;
  using Steps = typename Scheme::Steps;

  explicit Generator(std::vector<Fault>& faults) : faults_(faults) {}

  void add(std::span<const Scheme> schemes) {
    for (const Scheme& scheme : schemes) {
      if (!scheme.identity.meant_sound) continue;
      for (const PlaceOf<Scheme>& place : places_of<Scheme>()) add_place(scheme, place);
    }
  }

 private:
  void add(const Scheme& scheme, std::string_view name, std::string summary, ChangeOf<Scheme> change) {
    Fault fault{.name = fmt::format("{}{}: {} {}", Emitter::arch == jit::Arch::arm64 ? "arm64 " : "",
                                    scheme.identity.name, change.place->name, name),
                .bug = {},
                .base = std::string(scheme.identity.name),
                .summary = std::move(summary),
                .change = change,
                .caught_by = {},
                .equivalent = {},
                .not_shown_by = {},
                .options = options_for(scheme.*change.place->steps, change, Emitter::arch)};
    fill_what_is_seen(fault);
    faults_.push_back(std::move(fault));
  }

  void add_place(const Scheme& scheme, const PlaceOf<Scheme>& place) {
    // No site is direct on arm64.
    if (Emitter::arch == jit::Arch::arm64 && place.name == "direct") return;
    const Steps& steps = scheme.*place.steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string name = step_name(steps, i);
      add(scheme, fmt::format("without {}", name), fmt::format("'{}' is left out", name),
          {.place = &place, .at = i, .count = 1, .instead = {}});
      add(scheme, fmt::format("{} twice", name), fmt::format("'{}' is emitted twice", name),
          {.place = &place, .at = i, .count = 1, .instead = {steps[i], steps[i]}});
      if (i + 1 == steps.size()) continue;
      const std::string next = step_name(steps, i + 1);
      add(scheme, fmt::format("{} behind {}", name, next), fmt::format("'{}' comes before '{}'", next, name),
          {.place = &place, .at = i, .count = 2, .instead = {steps[i + 1], steps[i]}});
    }
  }

  std::vector<Fault>& faults_;
};

}  // namespace

std::span<const Fault> generated() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    Generator<x86_64::Emitter>(all).add(x86_64::schemes());
    Generator<arm64::Emitter>(all).add(arm64::schemes());
    return all;
  }();
  return faults;
}

}  // namespace tailbound::planted

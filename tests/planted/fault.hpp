// Planted faults: each swaps, drops, doubles or moves one step of a sound scheme, so that it can be measured
// what the oracles see. Records only; trial.hpp runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/x86_64/emitter.hpp"

namespace tailbound::planted {

/// A list of steps of a scheme.
struct Place {
  std::string_view name;  // "prologue", "call site", …
  x86_64::Scheme::Steps x86_64::Scheme::* steps;
};
std::span<const Place> places();

/// `count` steps from step `at` on give way to `instead`; no steps: they are dropped.
struct Change {
  const Place* place = nullptr;
  std::size_t at = 0;
  std::size_t count = 1;
  x86_64::Scheme::Steps instead = {};
  /// Where a tail call lands, if that is what changes.
  std::uint32_t (*landing)(const jit::Options&) = nullptr;
};

struct Fault {
  std::string name;
  std::string bug = {};  // the known bug that it stands for (docs/faults.md), or empty
  std::string base;      // a sound scheme
  std::string summary;   // what goes wrong at machine level
  Change change;
  /// The property that sees it; empty: any may, or none where one of the next two says why.
  std::string caught_by = {};
  std::string equivalent = {};    // why there is nothing to see
  std::string not_shown_by = {};  // what no generated scenario brings with it
  jit::Options options = {};
  /// Within so many scenarios of a seed the search finds it (the tests try no more).
  std::uint64_t scenarios = 2000;

  bool must_be_seen() const { return equivalent.empty() && not_shown_by.empty(); }
  std::string_view place() const { return change.place->name; }
  const x86_64::Scheme& sound() const;
  x86_64::Scheme make() const;
};

/// One fault a record, most of them bugs that a JIT had.
std::span<const Fault> hand_written();
/// Every step of every sound scheme dropped, doubled, and swapped with the next.
std::span<const Fault> generated();
/// Both; names are unique.
std::span<const Fault> all();

/// The change that puts `instead` for the first step of this name. The step exists.
Change swap_step(std::string_view base, std::string_view place, std::string_view step,
                 x86_64::Scheme::Steps instead);

}  // namespace tailbound::planted

// Planted faults: each swaps, drops, doubles or moves one step of a sound scheme, so that it can be measured
// what the oracles see. Records only; trial.hpp runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "jit/arm64/emitter.hpp"
#include "jit/x86_64/emitter.hpp"

namespace tailbound::planted {

/// A list of steps of a scheme.
template <class Scheme>
struct PlaceOf {
  std::string_view name;  // "prologue", "call site", …
  typename Scheme::Steps Scheme::*steps;
};
template <class Scheme>
std::span<const PlaceOf<Scheme>> places_of();

/// `count` steps from step `at` on give way to `instead`; no steps: they are dropped.
template <class Scheme>
struct ChangeOf {
  const PlaceOf<Scheme>* place = nullptr;
  std::size_t at = 0;
  std::size_t count = 1;
  typename Scheme::Steps instead = {};
  /// Where a tail call lands, if that is what changes.
  std::uint32_t (*landing)(const jit::Options&) = nullptr;
};

/// The change that puts `instead` for the first step of this name. The step exists, or has no name: then
/// `instead` comes last.
template <class Scheme>
ChangeOf<Scheme> change_step(std::string_view base, std::string_view place, std::string_view step,
                             typename Scheme::Steps instead);

using Change = ChangeOf<x86_64::Scheme>;
inline Change swap_step(std::string_view base, std::string_view place, std::string_view step,
                        x86_64::Scheme::Steps instead) {
  return change_step<x86_64::Scheme>(base, place, step, std::move(instead));
}

/// One of either arch.
using AnyScheme = std::variant<x86_64::Scheme, arm64::Scheme>;
const jit::SchemeIdentity& identity_of(const AnyScheme& scheme);

struct Fault {
  std::string name;
  std::string bug = {};  // the known bug that it stands for (docs/faults.md), or empty
  std::string base;      // a sound scheme
  std::string summary;   // what goes wrong at machine level
  std::variant<Change, ChangeOf<arm64::Scheme>> change;
  /// The property that sees it; empty: any may, or none where one of the next two says why.
  std::string caught_by = {};
  std::string equivalent = {};    // why there is nothing to see
  std::string not_shown_by = {};  // what no generated scenario brings with it
  jit::Options options = {};
  /// Within so many scenarios of a seed the search finds it (the tests try no more).
  std::uint64_t scenarios = 2000;

  bool must_be_seen() const { return equivalent.empty() && not_shown_by.empty(); }
  std::string_view place() const;
  std::string_view arch() const;
  AnyScheme sound() const;
  AnyScheme make() const;
};

/// One fault a record, most of them bugs that a JIT had.
std::span<const Fault> hand_written();
/// Every step of every sound scheme of both arches dropped, doubled, and swapped with the next.
std::span<const Fault> generated();
/// Both; names are unique.
std::span<const Fault> all();

}  // namespace tailbound::planted

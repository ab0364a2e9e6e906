// The sizes of a scenario that a corpus must not let grow without end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "gen/mutate/bounds.hpp"

namespace tailbound::test {

struct Sizes {
  std::array<std::size_t, 7> of{};

  static constexpr std::array<const char*, 7> names = {
      "programs", "functions of a program", "statements", "arrays", "array size", "maps", "events"};

  static Sizes measured(const bpf::Scenario& scenario) {
    Sizes sizes{{scenario.programs.size(), 0, gen::statements_of(scenario), scenario.arrays.size(), 0,
                 scenario.maps.size(), scenario.events.size()}};
    for (const bpf::Program& p : scenario.programs) sizes.of[1] = std::max(sizes.of[1], p.functions.size());
    for (const bpf::ProgArray& a : scenario.arrays) sizes.of[4] = std::max<std::size_t>(sizes.of[4], a.size);
    return sizes;
  }
  static Sizes bounds(const gen::Bounds& b) {
    return {{b.programs, b.functions, b.statements, b.arrays, b.array_size, b.maps, b.events}};
  }

  Sizes larger(const Sizes& other) const {
    Sizes both = *this;
    for (std::size_t i = 0; i < of.size(); ++i) both.of[i] = std::max(of[i], other.of[i]);
    return both;
  }
  /// What is larger than allowed, in words; empty when nothing is.
  std::string beyond(const Sizes& allowed) const {
    for (std::size_t i = 0; i < of.size(); ++i) {
      if (of[i] <= allowed.of[i]) continue;
      return std::to_string(of[i]) + " " + names[i] + ", at most " + std::to_string(allowed.of[i]);
    }
    return {};
  }
};

}  // namespace tailbound::test

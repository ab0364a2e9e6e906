// Where two schemes of one arch differ, step by step, and schemes in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "jit/lower/scheme.hpp"

namespace tailbound::jit {

/// In one place, `gone` gives way to `instead`; one of them may be empty.
template <class Emitter>
struct StepDifference {
  const StepPlace<Emitter>* place = nullptr;
  std::size_t at = 0;  // in the first scheme's list
  typename Scheme<Emitter>::Steps gone;
  typename Scheme<Emitter>::Steps instead;
};

/// The longest common subsequence stays; `same(step, step)` says what is common.
template <class Emitter, class Same>
void add_differences(const Scheme<Emitter>& from, const Scheme<Emitter>& to, const StepPlace<Emitter>& place,
                     const Same& same, std::vector<StepDifference<Emitter>>& all) {
  const auto& a = from.*place.steps;
  const auto& b = to.*place.steps;
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] = same(a[i], b[j]) ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  StepDifference<Emitter> open{.place = &place, .at = 0, .gone = {}, .instead = {}};
  const auto close = [&] {
    if (!open.gone.empty() || !open.instead.empty()) all.push_back(open);
    open.gone.clear();
    open.instead.clear();
  };
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && same(a[i], b[j])) {
      close();
      open.at = ++i;
      ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      open.gone.push_back(a[i++]);
    } else {
      open.instead.push_back(b[j++]);
    }
  }
  close();
}

template <class Emitter, class Same>
std::vector<StepDifference<Emitter>> differences(const Scheme<Emitter>& from, const Scheme<Emitter>& to,
                                                 const Same& same) {
  std::vector<StepDifference<Emitter>> all;
  for (const auto& place : step_places<Emitter>) add_differences(from, to, place, same, all);
  return all;
}

/// The place behind which a tail call lands: the last pad of the prologue.
template <class Emitter>
std::size_t landing_step(const Scheme<Emitter>& scheme) {
  for (std::size_t i = scheme.prologue.size(); i-- > 0;) {
    if (scheme.prologue[i].name == "landing pad" || scheme.prologue[i].name == "tail-call pad") return i;
  }
  return 0;
}

/// `from` with some of its differences to `to` put in. Where a tail call lands goes with what stands before it,
/// the frame's layout with what stands behind.
template <class Emitter>
Scheme<Emitter> with_differences(const Scheme<Emitter>& from, const Scheme<Emitter>& to,
                                 std::span<const StepDifference<Emitter>> chosen) {
  Scheme<Emitter> mixed = from;
  for (std::size_t i = chosen.size(); i-- > 0;) {
    const StepDifference<Emitter>& each = chosen[i];
    auto& steps = mixed.*each.place->steps;
    const auto first = steps.begin() + static_cast<std::ptrdiff_t>(each.at);
    const auto at = steps.erase(first, first + static_cast<std::ptrdiff_t>(each.gone.size()));
    steps.insert(at, each.instead.begin(), each.instead.end());
    if (each.place->steps != &Scheme<Emitter>::prologue) continue;
    if (each.at <= landing_step(from)) {
      mixed.landing = to.landing;
    } else {
      mixed.lowering = to.lowering;
      mixed.frame_bytes = to.frame_bytes;
      mixed.slots = to.slots;
    }
    mixed.entry_bytes = to.entry_bytes;
  }
  return mixed;
}

}  // namespace tailbound::jit

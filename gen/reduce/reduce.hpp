// Makes a failing scenario small: drops and shrinks parts while a predicate still holds.
#pragma once

#include <cstddef>
#include <functional>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// True when the scenario still shows what is being reduced. Called with valid scenarios only.
using StillFails = std::function<bool(const bpf::Scenario&)>;

struct ReduceStats {
  std::size_t tried = 0;
  std::size_t kept = 0;
};

/// Greedy passes to a fixpoint, at most `budget` candidates: events, slots, programs, statements, frames, values.
/// `scenario` must fail.
ReduceStats reduce(bpf::Scenario& scenario, const StillFails& still_fails, std::size_t budget = 4000);

}  // namespace tailbound::gen

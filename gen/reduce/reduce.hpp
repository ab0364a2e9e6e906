// Makes a scenario small by passes (pass.hpp), as long as it keeps what makes it worth a look.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// Which of the candidates keep what is being reduced, by candidate. They are valid, and no two calls bring the
/// same.
using Keeps = std::function<std::vector<bool>(std::span<const bpf::Scenario>)>;

/// Judges one after the other.
Keeps one_by_one(std::function<bool(const bpf::Scenario&)> keeps);

struct ReduceStats {
  std::size_t judged = 0;  // candidates
  std::size_t kept = 0;
  /// No step of any pass leads to a scenario that keeps it: all were judged.
  bool minimal = false;
};

struct ReduceOptions {
  std::size_t budget = 20'000;  // candidates to judge
  /// Candidates that are judged at once, at most: behind one that was kept it begins with one and doubles, so that no
  /// more are judged for nothing than led nowhere. One where a judgement is cheap.
  std::size_t batch = 1;
  /// Candidates to judge, of the budget, in looking for two steps that keep it where no single one does.
  std::size_t pairs = 4'000;
  std::function<void(const ReduceStats&, const bpf::Scenario& best)> progress = {};  // before each batch
  std::function<bool()> enough = {};  // asked before each step: true ends it
};

/// Runs all passes to a fixpoint. `scenario` keeps it; afterwards it is the smallest that was met, with
/// canonical names.
ReduceStats reduce(bpf::Scenario& scenario, const Keeps& keeps, const ReduceOptions& options = {});

}  // namespace tailbound::gen

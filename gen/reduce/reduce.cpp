#include "gen/reduce/reduce.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "gen/reduce/pass.hpp"
#include "gen/reduce/size.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/codec.hpp"

namespace tailbound::gen {

namespace {

using bpf::Scenario;

/// FNV-1a of the codec's bytes.
std::uint64_t hash_of(const Scenario& scenario) {
  std::uint64_t hash = 14695981039346656037U;
  for (const std::uint8_t byte : bpf::encode_scenario(scenario)) hash = (hash ^ byte) * 1099511628211U;
  return hash;
}

class Reduction {
 public:
  Reduction(Scenario& best, const Keeps& keeps, const ReduceOptions& options)
      : best_(best), keeps_(keeps), options_(options) {}

  ReduceStats run() {
    bpf::name_canonically(best_);
    is_new(best_);
    while (!over()) {
      if (any_pass()) continue;
      stats_.minimal = !over();
      if (!any_pair()) break;
      stats_.minimal = false;
    }
    return stats_;
  }

 private:
  bool any_pass() {
    bool progress = false;
    for (const Pass& pass : passes()) progress |= run_pass(pass);
    return progress;
  }

  /// Once through the pass's steps. Behind a step that was kept it goes on where that one was: the next round
  /// comes back to those before.
  bool run_pass(const Pass& pass) {
    bool progress = false;
    bool end = false;
    for (std::size_t n = 0; !end && !over();) {
      const std::size_t behind = n + width_;
      const Batch batch = steps_from(pass, best_, n, end);
      const auto kept = keep_one_of(batch);
      n = kept ? batch.steps[*kept] : behind;
      if (!kept) continue;
      progress = true;
      end = false;
    }
    return progress;
  }

  struct Batch {
    std::vector<Scenario> candidates;
    std::vector<std::size_t> steps;  // of the pass, that led to them
  };

  /// The candidates of steps n … n + width - 1 that were not judged before.
  Batch steps_from(const Pass& pass, const Scenario& from, std::size_t n, bool& end) {
    Batch batch;
    for (std::size_t i = n; i < n + width_ && !end; ++i) {
      auto to = take_step(pass, from, i, end);
      if (!to || !is_smaller(*to, best_) || !is_new(*to)) continue;
      batch.candidates.push_back(std::move(*to));
      batch.steps.push_back(i);
    }
    return batch;
  }

  /// The first that keeps it is the best from now on; gives which.
  std::optional<std::size_t> keep_one_of(const Batch& batch) {
    const std::vector<Scenario>& candidates = batch.candidates;
    if (candidates.empty()) return std::nullopt;
    if (options_.progress) options_.progress(stats_, best_);
    stats_.judged += candidates.size();
    const std::vector<bool> kept = keeps_(candidates);
    const auto first = std::ranges::find(kept, true);
    width_ = first == kept.end() ? std::min(2 * width_, options_.batch) : 1;
    if (first == kept.end()) return std::nullopt;
    ++stats_.kept;
    const auto at = static_cast<std::size_t>(first - kept.begin());
    // What keeps it behind the first may be met again, from there.
    for (std::size_t i = at + 1; i < candidates.size(); ++i) {
      if (kept[i]) met_.erase(hash_of(candidates[i]));
    }
    best_ = candidates[at];
    return at;
  }

  /// Two steps where no single one is kept: the first may lead anywhere.
  bool any_pair() {
    const std::size_t most = stats_.judged + options_.pairs;
    for (const Pass& pass : passes()) {
      bool end = false;
      for (std::size_t n = 0; !end && !over() && stats_.judged < most; ++n) {
        const auto between = take_step(pass, best_, n, end);
        if (between && met_between_.insert(hash_of(*between)).second && any_step_of(*between, most))
          return true;
      }
    }
    return false;
  }

  bool any_step_of(const Scenario& from, std::size_t most) {
    for (const Pass& pass : passes()) {
      bool end = false;
      for (std::size_t n = 0; !end && !over() && stats_.judged < most;) {
        const std::size_t width = width_;
        if (keep_one_of(steps_from(pass, from, n, end))) return true;
        n += width;
      }
    }
    return false;
  }

  bool is_new(const Scenario& scenario) { return met_.insert(hash_of(scenario)).second; }
  bool over() const { return stats_.judged >= options_.budget || (options_.enough && options_.enough()); }

  Scenario& best_;
  const Keeps& keeps_;
  const ReduceOptions& options_;
  ReduceStats stats_;
  std::size_t width_ = 1;                          // candidates of the next batch
  std::unordered_set<std::uint64_t> met_;          // judged, or the first
  std::unordered_set<std::uint64_t> met_between_;  // where pairs went through
};

}  // namespace

Keeps one_by_one(std::function<bool(const Scenario&)> keeps) {
  return [keeps = std::move(keeps)](std::span<const Scenario> candidates) {
    std::vector<bool> kept;
    for (const Scenario& candidate : candidates) kept.push_back(keeps(candidate));
    return kept;
  };
}

ReduceStats reduce(Scenario& scenario, const Keeps& keeps, const ReduceOptions& options) {
  return Reduction(scenario, keeps, options).run();
}

}  // namespace tailbound::gen

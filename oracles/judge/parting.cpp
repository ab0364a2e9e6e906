#include "oracles/judge/parting.hpp"

#include <algorithm>

namespace tailbound {

namespace {

using bpf::LedgerLayout;

constexpr std::size_t most_entries = std::size_t{1} << 20;
constexpr std::uint64_t window_before = 5;
constexpr std::uint64_t window_after = 3;

/// The events up to and with that run.
bpf::Scenario up_to_run(const bpf::Scenario& scenario, std::size_t run) {
  bpf::Scenario cut = scenario;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < cut.events.size(); ++i) {
    if (std::holds_alternative<bpf::Run>(cut.events[i]) && seen++ == run) {
      cut.events.resize(i + 1);
      break;
    }
  }
  return cut;
}

/// prefix[k] is the hash after k entries.
std::vector<std::uint64_t> prefix_hashes(const std::vector<model::TraceEntry>& trace) {
  std::vector<std::uint64_t> hashes = {0};
  for (const model::TraceEntry& entry : trace) hashes.push_back(bpf::trace_hash(hashes.back(), entry.function_id));
  return hashes;
}

class Prober {
 public:
  Prober(const bpf::Scenario& cut, engine::Engine& engine) : engine_(engine), lowered_(bpf::lower(cut)) {}

  /// The engine's last run with that much fuel.
  const RunObservation& run(std::uint64_t fuel) {
    lowered_.last_run_fuel = fuel;
    return engine_.run_one(lowered_).runs.back();
  }
  /// The engine takes the scenario and all its runs end. A guest that it takes along has a log.
  bool runs() {
    lowered_.last_run_fuel.reset();
    const Observation& seen = engine_.run_one(lowered_);
    return seen.log.empty() && seen.runs.size() == lowered_.runs();
  }
  /// Its first `count` entries are those whose prefix hashes are given (all of them, if there are fewer).
  bool same_prefix(std::uint64_t count, const std::vector<std::uint64_t>& hashes) {
    const RunObservation& seen = run(count);
    const std::uint64_t expected = std::min<std::uint64_t>(count, hashes.size() - 1);
    return seen.ledger[LedgerLayout::total] == expected && seen.ledger[LedgerLayout::hash] == hashes[expected];
  }
  std::uint64_t fuel() const { return lowered_.fuel; }

 private:
  engine::Engine& engine_;
  bpf::Lowered lowered_;
};

std::uint32_t ring_id(const RunObservation& run, std::uint64_t entry) {
  const std::uint64_t slot = entry % LedgerLayout::ring_entries;
  return static_cast<std::uint32_t>(run.ledger[LedgerLayout::ring + slot / 2] >> (slot % 2 * 32));
}

void fill_windows(Parting& parting, const std::vector<model::TraceEntry>& trace, Prober& prober) {
  parting.window_first = parting.entry > window_before ? parting.entry - window_before : 0;
  const std::uint64_t end = parting.entry + 1 + window_after;
  for (std::uint64_t i = parting.window_first; i < std::min<std::uint64_t>(end, trace.size()); ++i) {
    parting.expected.push_back(trace[i].function_id);
  }
  const RunObservation& seen = prober.run(end);
  for (std::uint64_t i = parting.window_first; i < std::min(end, seen.ledger[LedgerLayout::total]); ++i) {
    parting.observed.push_back(ring_id(seen, i));
  }
}

void explain(Parting& parting, const bpf::Scenario& cut, std::size_t run, const bpf::Profile& profile,
             Prober& prober) {
  for (const model::Discipline discipline : {model::Discipline::by_value, model::Discipline::cell}) {
    model::Walker walker({.discipline = discipline, .profile = &profile, .keep_trace = most_entries});
    walker.walk(cut);
    if (walker.traces()[run].size() <= parting.entry) continue;
    if (!prober.same_prefix(parting.entry + 1, prefix_hashes(walker.traces()[run]))) continue;
    parting.explained_by = discipline;
    parting.frames = walker.frames_at(cut, run, parting.entry);
    return;
  }
}

}  // namespace

std::optional<Parting> find_parting(const bpf::Scenario& scenario, std::size_t run, engine::Engine& engine) {
  const bpf::Scenario cut = up_to_run(scenario, run);
  const bpf::Profile& profile = *engine.identity().profile;
  model::Walker walker({.profile = &profile, .keep_trace = most_entries});
  walker.walk(cut);
  const std::vector<model::TraceEntry>& trace = walker.traces()[run];
  const std::vector<std::uint64_t> hashes = prefix_hashes(trace);

  Prober prober(cut, engine);
  if (!prober.runs()) return std::nullopt;
  std::uint64_t same = 0;
  std::uint64_t different = std::min<std::uint64_t>(prober.fuel(), most_entries);
  if (prober.same_prefix(different, hashes)) return std::nullopt;
  while (different - same > 1) {
    const std::uint64_t middle = same + (different - same) / 2;
    (prober.same_prefix(middle, hashes) ? same : different) = middle;
  }
  Parting parting;
  parting.entry = different - 1;
  fill_windows(parting, trace, prober);
  explain(parting, cut, run, profile, prober);
  return parting;
}

}  // namespace tailbound

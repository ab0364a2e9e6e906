// A campaign: workers that search, run and judge until the time is over, the scenarios are done, or something is
// found.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/histogram.hpp"
#include "fuzz/campaign/reasons.hpp"
#include "gen/generate.hpp"
#include "oracles/check/oracle_set.hpp"

namespace tailbound::fuzz {

/// What proposes scenarios. `seed`: each drawn on its own, so that any of them can be drawn again. `libfuzzer`: drawn
/// or mutated from those that showed something new.
enum class Driver : std::uint8_t { libfuzzer, seed };

/// A finding as a worker met it: not judged again, not reduced.
struct Found {
  bpf::Scenario scenario;
  std::string origin;  // "--driver seed --seed 1, scenario 12"
  int signal = 0;      // the worker died of it; 0: a verdict
};

struct CampaignOptions {
  EngineChoice engines;
  gen::Plan plan{gen::Budget{}};
  Driver driver = Driver::libfuzzer;
  std::uint64_t seed = 1;
  double seconds = 60;      // infinite: no limit
  std::uint64_t runs = 0;   // scenarios, all workers together; 0: no limit
  std::uint32_t jobs = 1;
  std::uint32_t sample = 64;  // the sampled oracles judge one scenario in so many; 0: none
  std::uint32_t cross_check = 8;  // the interpreter runs one scenario in so many, beside another engine; at least 1
  /// Engines under an emulator run one scenario in so many, beside a native one; 0: as EmulatedTurns gives them time.
  std::uint32_t emulated_every = 0;
  OracleSet oracles = OracleSet::all();
  std::uint32_t fresh = 50;   // libFuzzer: percent of scenarios that are drawn anew, the others are mutated
  std::vector<bpf::Scenario> corpus;  // libFuzzer: where to start
  std::string corpus_folder;          // libFuzzer: gets a file for each scenario that shows something new; empty: none
  /// Whether workers search on after a finding. Findings of one property and kind are handed on a few times only.
  bool keep_going = false;
  /// Called in the parent with each finding; says whether to go on.
  std::function<bool(const Found&)> on_found;
  bool live = true;  // a progress line on standard error
};

inline constexpr std::size_t most_engines = 8;

/// Sums over all workers.
struct Totals {
  std::uint64_t scenarios = 0;   // run and judged
  std::uint64_t tail_calls = 0;
  std::uint64_t out_of_range = 0;
  std::uint64_t at_limit = 0;
  std::uint64_t empty = 0;
  std::uint64_t out_of_fuel = 0;  // runs
  std::uint64_t encoding_checked = 0;  // images
  std::uint64_t broken = 0;    // scenarios with a broken verdict, whether handed on or not
  std::uint64_t features = 0;  // libFuzzer: counters that some scenario lit, by power of two
  std::uint64_t kept = 0;      // libFuzzer: scenarios that lit a new one
  std::string corpus_trouble;  // why one of those could not be written; empty: all were
  Histogram histogram{};
  std::array<std::uint64_t, most_engines> ran{};          // scenarios, by engine
  std::array<std::uint64_t, most_engines> unavailable{};
  std::array<std::uint64_t, most_engines> spared{};       // not asked: CampaignOptions::cross_check, emulated_every
  std::array<std::vector<Reason>, most_engines> reasons;  // of those, the most frequent first
  OracleCounts oracles{};
};

struct CampaignEnd {
  Totals totals;
  double seconds = 0;
  std::optional<Found> found;  // the first
  bool interrupted = false;
  std::string could_not_run;  // why no worker could start; empty when they did
};

/// Runs to the first finding (or on), the end of time or scenarios, or an interrupt (SIGINT, SIGTERM). SIGUSR1 prints
/// the histogram on standard error.
CampaignEnd run_campaign(const CampaignOptions& options);

}  // namespace tailbound::fuzz

// A campaign: workers that generate, run and judge until the time is over or something is found.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "gen/generate.hpp"
#include "oracles/check/oracle_set.hpp"

namespace tailbound::fuzz {

struct CampaignOptions {
  EngineChoice engines;
  gen::Budget budget;
  std::uint64_t seed = 1;
  double seconds = 60;
  std::uint32_t jobs = 1;
  std::uint32_t sample = 64;  // the sampled oracles judge one scenario in so many; 0: none
  OracleSet oracles = OracleSet::all();
  bool live = true;  // a progress line on standard error
};

inline constexpr std::size_t most_engines = 8;

/// Sums over all workers.
struct Totals {
  std::uint64_t scenarios = 0;   // generated, run and judged
  std::uint64_t tail_calls = 0;
  std::uint64_t out_of_range = 0;
  std::uint64_t at_limit = 0;
  std::uint64_t empty = 0;
  std::uint64_t out_of_fuel = 0;  // runs
  std::uint64_t encoding_checked = 0;  // images
  std::array<std::uint64_t, most_engines> ran{};          // scenarios, by engine
  std::array<std::uint64_t, most_engines> unavailable{};
  std::array<std::string, most_engines> reason;           // for the first of those
  OracleCounts oracles{};
};

struct Found {
  std::uint64_t number = 0;  // of the scenario: gen::scenario_seed(seed, number)
  int signal = 0;            // the worker died of it; 0: a verdict
};

struct CampaignEnd {
  Totals totals;
  double seconds = 0;
  std::optional<Found> found;
  bool interrupted = false;
  std::string could_not_run;  // why no worker could start; empty when they did
};

/// Runs to the first finding, the end of the time, or an interrupt (SIGINT, SIGTERM).
CampaignEnd run_campaign(const CampaignOptions& options);

}  // namespace tailbound::fuzz

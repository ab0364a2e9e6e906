// One process of a campaign: judges what a driver proposes and keeps its page.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "fuzz/campaign/campaign.hpp"
#include "fuzz/campaign/emulated_turns.hpp"
#include "fuzz/campaign/shared.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::fuzz {

class Worker {
 public:
  Worker(const CampaignOptions& options, std::uint32_t index, const Shared& shared, Judge judge);

  const CampaignOptions& options() const { return options_; }
  std::uint32_t index() const { return index_; }
  /// Scenarios that this worker's place has started, also before an earlier process in it died.
  std::uint64_t started() const { return page_.started_scenarios.load(std::memory_order_relaxed); }
  const Judge& judge() const { return judge_; }

  /// Scenarios of its share that are still to be started.
  std::uint64_t left() const { return share_ - std::min(share_, started()); }
  /// Scenarios that the engines like to get together, and getting them: see Judge::run_ahead.
  std::size_t batch() const { return judge_.batch(); }
  void run_ahead(std::span<const bpf::Scenario> coming) { judge_.run_ahead(coming); }

  /// Told to stop, or all scenarios of its share are done.
  bool done() const;

  /// Says what is judged next, in a form that outlives this process. Then judge() it.
  void under_way(std::uint64_t number) { page_.under_way.number.store(number, std::memory_order_relaxed); }
  void under_way(std::span<const std::uint8_t> bytes) { page_.under_way.put(bytes); }
  /// Judges, reports, and hands a broken verdict on.
  Judgement judge(const bpf::Scenario& scenario);

  /// After judge(): whether the scenario lit counters that no worker's scenario has lit before.
  bool shows_new(std::span<const volatile std::uint8_t, features::counters> counters);
  void corpus_trouble(std::string_view why);

 private:
  bool ask_emulated(std::uint64_t number);
  void report(const Judgement& judgement);
  void hand_on(const Verdict& verdict);

  const CampaignOptions& options_;
  std::uint32_t index_;
  std::uint64_t share_;  // of options.runs
  CommonPage& common_;
  WorkerPage& page_;
  Judge judge_;
  EmulatedTurns emulated_turns_;
  bool has_emulated_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t images_before_;
};

}  // namespace tailbound::fuzz

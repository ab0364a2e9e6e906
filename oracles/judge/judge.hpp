// One scenario through model, engines and checks.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/object/prepare.hpp"
#include "oracles/check/oracle_set.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/judge/hearing.hpp"
#include "oracles/judge/images.hpp"
#include "oracles/model/walker.hpp"
#include "oracles/verdict.hpp"

namespace tailbound {

/// What the model says a scenario does: sums over all runs.
struct Forecast {
  std::uint64_t tail_calls = 0;
  std::uint64_t out_of_range = 0;
  std::uint64_t at_limit = 0;
  std::uint64_t empty = 0;
  std::uint32_t out_of_fuel = 0;  // runs
};

struct Judgement {
  Verdict verdict;              // the first property that any engine broke, or agreement
  std::size_t engine = 0;       // that broke it
  bool judged = false;          // at least one engine ran
  Forecast forecast;
  /// What the verdict held the observation against, where that is not the model; lives as long as the
  /// observation.
  const Observation* against = nullptr;
};

class Judge {
 public:
  /// Engines are judged under their own profiles. At least one.
  explicit Judge(std::vector<std::unique_ptr<engine::Engine>> engines, OracleSet set = OracleSet::all());

  /// `expectations`: the scenario's `expect` lines are checked too.
  Judgement judge(const bpf::Scenario& scenario, bool expectations = false);
  /// An object's code, which no model walks: all engines run it, and the oracles that need no model judge it, what its
  /// events expect included. predicted() and walker() say nothing of it.
  Judgement judge(const bpf::PreparedObject& object);

  /// Has engines that like batches (Engine::batch) run scenarios that judge() gets next, one by one, in this order. They
  /// stay where they are until then.
  void run_ahead(std::span<const bpf::Scenario> coming);
  /// The largest batch that an engine likes; 1: none does.
  std::size_t batch() const;

  /// Whether the oracles that are sampled judge the scenarios that come.
  void sampled(bool on) { sampled_ = on; }
  /// Whether the interpreter runs the scenarios that come where another engine can be judged without it. Off: it
  /// runs those with asm blocks, whose values only engines know, and those that no other engine takes.
  void cross_check(bool on) { cross_check_ = on; }
  /// Whether engines under an emulator run the scenarios that come, where a native one can be judged without them. Off:
  /// they run those that no other engine takes.
  void ask_emulated(bool on) { ask_emulated_ = on; }
  /// What engines under an emulator have taken so far: their runs, and all that judged them.
  std::chrono::steady_clock::duration emulated_time() const { return emulated_time_; }
  std::uint64_t images_checked() const { return images_.checked(); }
  /// The oracles that judge() runs as things stand.
  OracleSet active(bool expectations) const;

  /// How often each oracle judged an engine's observation, and how often and why it could not; from here on
  /// it is counted in `place`, which outlives the judge.
  void count_into(OracleCounts& place) { counts_ = &place; }
  const OracleCounts& counts() const { return *counts_; }

  std::span<const std::unique_ptr<engine::Engine>> engines() const { return engines_; }
  // Of the last judge():
  const Observation& predicted(std::size_t engine) const;
  const Observation& observed(std::size_t engine) const { return *witnesses_[engine].seen; }
  /// Whether the engine was asked to run it; what is observed() of others is empty.
  bool asked(std::size_t engine) const;
  /// What the model of the first engine's profile walked.
  const model::Walker& walker() const { return *models_.front().walker; }

 private:
  struct Model {
    const bpf::Profile* profile;
    bool dropped_branches;  // the profile's, by a verifier (model::WalkOptions)
    std::unique_ptr<model::Walker> walker;
    std::unique_ptr<model::Walker> by_value;
    const Observation* prediction = nullptr;
  };
  void run_engines(const bpf::Scenario& scenario);
  bool run(std::size_t engine, const bpf::Scenario& scenario);
  void hear_all(const bpf::Scenario& scenario, bool expectations, Judgement& result);
  bool wants(const engine::Engine& engine) const;
  void hear(std::size_t engine, const bpf::Scenario& scenario, bool expectations, Judgement& result);
  const Witness* peer_of(std::size_t engine) const;
  std::size_t find_model(const engine::Identity& identity);
  Forecast forecast(const Model& model) const;

  std::vector<std::unique_ptr<engine::Engine>> engines_;
  std::vector<Model> models_;            // one a profile, and one more where a verifier changes what it means
  std::vector<std::size_t> model_of_;    // by engine
  std::vector<Witness> witnesses_;       // by engine
  bpf::Lowered lowered_;
  std::vector<Observation> kept_;        // by engine
  bool is_next(const bpf::Scenario& scenario) const {
    return next_ < ahead_.size() && &scenario == &ahead_[next_];
  }
  std::span<const bpf::Scenario> ahead_;  // what run_ahead got
  std::size_t next_ = 0;                  // in it
  std::vector<std::vector<Observation>> seen_ahead_;  // by engine and scenario; empty: not run ahead
  bpf::Lowered changed_;
  std::span<const bpf::CellPlace> cells_;  // of the object under judgement
  OracleSet set_;
  bool sampled_ = false;
  bool cross_check_ = true;
  bool ask_emulated_ = true;
  std::chrono::steady_clock::duration emulated_time_{};
  bool some_native_ = false;  // an engine that runs code of its own, without an emulator
  ImageChecks images_;
  std::unique_ptr<OracleCounts> own_counts_ = std::make_unique<OracleCounts>();  // a judge may be moved
  OracleCounts* counts_ = own_counts_.get();
};

}  // namespace tailbound

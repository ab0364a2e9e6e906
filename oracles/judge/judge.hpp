// One scenario through model, engines and checks.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/engine.hpp"
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
};

class Judge {
 public:
  /// Engines are judged under their own profiles. At least one.
  explicit Judge(std::vector<std::unique_ptr<engine::Engine>> engines);

  /// `expectations`: the scenario's `expect` lines are checked too.
  Judgement judge(const bpf::Scenario& scenario, bool expectations = false);

  /// Whether judge() also reads the machine code of engines that show it, before what it did is judged.
  void check_images(bool on) { check_images_ = on; }
  std::uint64_t images_checked() const { return images_.checked(); }

  std::span<const std::unique_ptr<engine::Engine>> engines() const { return engines_; }
  // Of the last judge():
  const Observation& predicted(std::size_t engine) const;
  const Observation& observed(std::size_t engine) const { return *observed_[engine]; }
  /// What the model of the first engine's profile walked.
  const model::Walker& walker() const { return *models_.front().walker; }

 private:
  struct Model {
    const bpf::Profile* profile;
    std::unique_ptr<model::Walker> walker;
    const Observation* prediction = nullptr;
  };
  Verdict check(const bpf::Scenario& scenario, std::size_t engine, bool expectations);
  Verdict check_stack(std::size_t engine) const;
  Forecast forecast(const Model& model) const;

  std::vector<std::unique_ptr<engine::Engine>> engines_;
  std::vector<Model> models_;            // one a profile
  std::vector<std::size_t> model_of_;    // by engine
  std::vector<const Observation*> observed_;
  bpf::Lowered lowered_;
  bool check_images_ = false;
  ImageChecks images_;
};

}  // namespace tailbound

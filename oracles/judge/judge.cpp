#include "oracles/judge/judge.hpp"

#include <algorithm>
#include <cassert>

#include "oracles/check/checks.hpp"

namespace tailbound {

Judge::Judge(std::vector<std::unique_ptr<engine::Engine>> engines)
    : engines_(std::move(engines)), observed_(engines_.size()) {
  assert(!engines_.empty() && "a judge needs an engine to judge");
  for (const auto& engine : engines_) {
    const bpf::Profile* const profile = engine->identity().profile;
    std::size_t m = 0;
    while (m < models_.size() && models_[m].profile != profile) ++m;
    if (m == models_.size()) {
      models_.push_back(
          {profile, std::make_unique<model::Walker>(model::WalkOptions{.profile = profile}), nullptr});
    }
    model_of_.push_back(m);
  }
}

const Observation& Judge::predicted(std::size_t engine) const { return *models_[model_of_[engine]].prediction; }

Judgement Judge::judge(const bpf::Scenario& scenario, bool expectations) {
  bpf::lower(scenario, lowered_);
  for (Model& model : models_) model.prediction = &model.walker->walk(scenario);
  Judgement result{.verdict = {}, .engine = 0, .judged = false, .forecast = forecast(models_.front())};
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    observed_[e] = &engines_[e]->run_one(lowered_);
    if (!observed_[e]->unavailable.empty()) {
      if (!result.verdict.broken()) {
        result.verdict = {Outcome::unavailable, Property::fault, "", observed_[e]->unavailable, 0};
      }
      continue;
    }
    result.judged = true;
    if (result.verdict.broken()) continue;
    if (const Verdict verdict = check(scenario, e, expectations); verdict.broken()) {
      result.verdict = verdict;
      result.engine = e;
    }
  }
  return result;
}

Verdict Judge::check(const bpf::Scenario& scenario, std::size_t engine, bool expectations) {
  const Observation& got = *observed_[engine];
  const Model& model = models_[model_of_[engine]];
  if (check_images_) {
    if (const Verdict v = images_.check(*engines_[engine], lowered_); v.broken()) return v;
  }
  if (const Verdict v = check::ended(got); v.broken()) return v;
  if (const Verdict v = check::bound(got, bpf::max_tail_call_cnt); v.broken()) return v;
  if (const Verdict v = check::frame_balance(got); v.broken()) return v;
  if (const Verdict v = check::same_behaviour(*model.prediction, got, !lowered_.has_asm); v.broken()) return v;
  // What asm blocks compute is not the model's business: there the first engine is the measure.
  if (lowered_.has_asm && engine != 0 && observed_[0]->unavailable.empty()) {
    if (const Verdict v = check::same_behaviour(*observed_[0], got, true); v.broken()) return v;
  }
  if (const Verdict v = check_stack(engine); v.broken()) return v;
  return expectations ? check::expectations(scenario, got) : Verdict{};
}

/// The bound is computed only where there is something to hold against it.
Verdict Judge::check_stack(std::size_t engine) const {
  const Observation& got = *observed_[engine];
  if (std::ranges::none_of(got.runs, [](const RunObservation& run) { return run.stack_used != 0; })) return {};
  const auto bytes = engines_[engine]->stack_bound(lowered_);
  return bytes ? check::machine_stack(got, *bytes) : Verdict{};
}

Forecast Judge::forecast(const Model& model) const {
  Forecast sum;
  for (const model::ContextCount& context : model.walker->contexts()) {
    sum.tail_calls += context.taken;
    sum.out_of_range += context.out_of_range;
    sum.at_limit += context.at_limit;
    sum.empty += context.empty;
  }
  for (const RunObservation& run : model.prediction->runs) sum.out_of_fuel += run.out_of_fuel() ? 1U : 0U;
  return sum;
}

}  // namespace tailbound

#include "oracles/judge/judge.hpp"

#include <cassert>

namespace tailbound {

Judge::Judge(std::vector<std::unique_ptr<engine::Engine>> engines, OracleSet set)
    : engines_(std::move(engines)), witnesses_(engines_.size()), kept_(engines_.size()), set_(set) {
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
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    witnesses_[e] = {engines_[e].get(), &predicted(e), &engines_[e]->run_one(lowered_)};
  }
  Judgement result{.verdict = {}, .engine = 0, .judged = false, .forecast = forecast(models_.front())};
  for (std::size_t e = 0; e < engines_.size() && !result.verdict.broken(); ++e) {
    hear(e, scenario, expectations, result);
  }
  return result;
}

/// The oracles that are on, one after the other, until one is broken.
void Judge::hear(std::size_t engine, const bpf::Scenario& scenario, bool expectations, Judgement& result) {
  Witness& witness = witnesses_[engine];
  const std::string& silent = witness.seen->unavailable;
  if (silent.empty()) result.judged = true;
  else result.verdict = {Outcome::unavailable, Property::fault, "", silent, 0};
  Hearing hearing{.scenario = scenario,
                  .lowered = lowered_,
                  .witness = witness,
                  .peer = peer_of(engine),
                  .expectations = expectations,
                  .images = images_,
                  .kept = kept_[engine],
                  .changed = changed_};
  for (const Oracle& each : oracles()) {
    if (!set_.has(each.id) || (each.when == When::sampled && !sampled_)) continue;
    const Ruling ruling = silent.empty() ? each.judge(hearing) : Ruling{{}, WhyNot::unavailable};
    (*counts_)[static_cast<std::size_t>(each.id)].add(ruling.why_not);
    if (!ruling.verdict.broken()) continue;
    result.verdict = ruling.verdict;
    result.engine = engine;
    result.against = hearing.against;
    return;
  }
}

/// The first engine of the same profile that ran, where more than one did.
const Witness* Judge::peer_of(std::size_t engine) const {
  const Witness* first = nullptr;
  std::size_t ran = 0;
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    if (model_of_[e] != model_of_[engine] || !witnesses_[e].seen->unavailable.empty()) continue;
    if (++ran == 1) first = &witnesses_[e];
  }
  return ran > 1 ? first : nullptr;
}

OracleSet Judge::active(bool expectations) const {
  OracleSet set = set_;
  if (!sampled_) set.remove(When::sampled);
  if (!expectations) set.remove(When::on_request);
  return set;
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

#include "oracles/judge/judge.hpp"

#include <cassert>
#include <string_view>

namespace tailbound {

namespace {

/// Stands for what an engine showed that was not asked.
const Observation unasked;

/// What it says of a scenario, the model says too.
bool only_checks(const engine::Engine& engine) { return engine.identity().name == "interpreter"; }

}  // namespace

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
    some_native_ |= !only_checks(*engine) && !engine->identity().emulated && !engine->unavailable();
  }
}

const Observation& Judge::predicted(std::size_t engine) const { return *models_[model_of_[engine]].prediction; }

bool Judge::asked(std::size_t engine) const { return witnesses_[engine].seen != &unasked; }

Judgement Judge::judge(const bpf::Scenario& scenario, bool expectations) {
  bpf::lower(scenario, lowered_);
  for (Model& model : models_) model.prediction = &model.walker->walk(scenario);
  run_engines();
  Judgement result{.verdict = {}, .engine = 0, .judged = false, .forecast = forecast(models_.front())};
  for (std::size_t e = 0; e < engines_.size() && !result.verdict.broken(); ++e) {
    hear(e, scenario, expectations, result);
  }
  return result;
}

/// Whether the engine runs the scenario, though another may.
bool Judge::wants(const engine::Engine& engine) const {
  if (only_checks(engine)) return cross_check_ || lowered_.has_asm;
  return !engine.identity().emulated || ask_emulated_ || !some_native_;
}

void Judge::run_engines() {
  bool ran = false;
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    witnesses_[e] = {engines_[e].get(), &predicted(e), &unasked};
    if (wants(*engines_[e])) ran |= run(e);
  }
  for (std::size_t e = 0; e < engines_.size() && !ran; ++e) {
    if (!asked(e)) run(e);
  }
}

/// Whether the engine took the scenario.
bool Judge::run(std::size_t engine) {
  witnesses_[engine].seen = &engines_[engine]->run_one(lowered_);
  return observed(engine).unavailable.empty();
}

/// The oracles that are on, one after the other, until one is broken.
void Judge::hear(std::size_t engine, const bpf::Scenario& scenario, bool expectations, Judgement& result) {
  Witness& witness = witnesses_[engine];
  const std::string& silent = witness.seen->unavailable;
  const WhyNot nothing = !asked(engine) ? WhyNot::unasked : silent.empty() ? WhyNot::none : WhyNot::unavailable;
  if (nothing == WhyNot::none) result.judged = true;
  if (nothing == WhyNot::unavailable) result.verdict = {Outcome::unavailable, Property::fault, "", silent, 0};
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
    const Ruling ruling = nothing == WhyNot::none ? each.judge(hearing) : Ruling{{}, nothing};
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
    if (model_of_[e] != model_of_[engine] || !asked(e) || !observed(e).unavailable.empty()) continue;
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

#include "oracles/judge/judge.hpp"

#include <algorithm>
#include <cassert>
#include <ranges>
#include <string_view>

namespace tailbound {

namespace {

/// Stands for what an engine showed that was not asked.
const Observation unasked;

using Clock = std::chrono::steady_clock;

/// Adds up the time of a block of what engines under an emulator do. The clock is not read for others.
class EmulatedTime {
 public:
  EmulatedTime(const engine::Engine& engine, Clock::duration& sum) {
    if (!engine.identity().emulated) return;
    sum_ = &sum;
    start_ = Clock::now();
  }
  ~EmulatedTime() {
    if (sum_ != nullptr) *sum_ += Clock::now() - start_;
  }
  EmulatedTime(const EmulatedTime&) = delete;
  EmulatedTime& operator=(const EmulatedTime&) = delete;

 private:
  Clock::duration* sum_ = nullptr;
  Clock::time_point start_;
};

/// What it says of a scenario, the model says too.
bool only_checks(const engine::Engine& engine) { return engine.identity().name == "interpreter"; }

/// What keeps the oracles from judging this observation; `none`: nothing does.
WhyNot why_nothing(bool asked, const Observation& seen) {
  if (!asked) return WhyNot::unasked;
  if (!seen.unavailable.empty()) return WhyNot::unavailable;
  return seen.refused.empty() ? WhyNot::none : WhyNot::refused;
}

}  // namespace

Judge::Judge(std::vector<std::unique_ptr<engine::Engine>> engines, OracleSet set)
    : engines_(std::move(engines)), witnesses_(engines_.size()), kept_(engines_.size()), set_(set) {
  assert(!engines_.empty() && "a judge needs an engine to judge");
  for (const auto& engine : engines_) {
    model_of_.push_back(find_model(engine->identity()));
    // A kernel may be a guest that boots first: it is taken to run.
    some_native_ |= !only_checks(*engine) && !engine->identity().emulated &&
                    (engine->batch() > 1 || !engine->unavailable());
  }
}

/// Of an engine's profile; made where there is none yet.
std::size_t Judge::find_model(const engine::Identity& identity) {
  const bool dropped = identity.verifies && identity.profile->r0_of_taken_call_ignored;
  for (std::size_t m = 0; m < models_.size(); ++m) {
    if (models_[m].profile == identity.profile && models_[m].dropped_branches == dropped) return m;
  }
  const model::WalkOptions options{.profile = identity.profile, .verified = identity.verifies};
  model::WalkOptions by_value = options;
  by_value.discipline = model::Discipline::by_value;
  models_.push_back({identity.profile, dropped, std::make_unique<model::Walker>(options),
                     std::make_unique<model::Walker>(by_value), nullptr});
  return models_.size() - 1;
}

const Observation& Judge::predicted(std::size_t engine) const { return *models_[model_of_[engine]].prediction; }

bool Judge::asked(std::size_t engine) const { return witnesses_[engine].seen != &unasked; }

Judgement Judge::judge(const bpf::Scenario& scenario, bool expectations) {
  bpf::lower(scenario, lowered_);
  cells_ = {};
  for (Model& model : models_) model.prediction = &model.walker->walk(scenario);
  run_engines(scenario);
  if (is_next(scenario)) ++next_;
  Judgement result{.verdict = {}, .engine = 0, .judged = false, .forecast = forecast(models_.front())};
  hear_all(scenario, expectations, result);
  return result;
}

Judgement Judge::judge(const bpf::PreparedObject& object) {
  lowered_ = object.lowered;
  cells_ = object.cells;
  for (Model& model : models_) model.prediction = nullptr;
  run_engines(object.names);
  Judgement result;
  hear_all(object.names, true, result);
  return result;
}

void Judge::hear_all(const bpf::Scenario& scenario, bool expectations, Judgement& result) {
  for (std::size_t e = 0; e < engines_.size() && !result.verdict.broken(); ++e) {
    hear(e, scenario, expectations, result);
  }
}

std::size_t Judge::batch() const {
  return std::ranges::max(engines_ | std::views::transform([](const auto& engine) { return engine->batch(); }));
}

void Judge::run_ahead(std::span<const bpf::Scenario> coming) {
  ahead_ = coming;
  next_ = 0;
  std::vector<bpf::Lowered> lowered;
  for (const bpf::Scenario& scenario : coming) lowered.push_back(bpf::lower(scenario));
  seen_ahead_.assign(engines_.size(), {});
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    if (engines_[e]->batch() == 1) continue;
    const auto seen = engines_[e]->run(lowered);
    seen_ahead_[e].assign(seen.begin(), seen.end());
  }
}

/// Whether the engine runs the scenario, though another may.
bool Judge::wants(const engine::Engine& engine) const {
  if (models_.front().prediction == nullptr) return true;  // only engines know what it does
  if (only_checks(engine)) return cross_check_ || lowered_.has_asm;
  return !engine.identity().emulated || ask_emulated_ || !some_native_;
}

void Judge::run_engines(const bpf::Scenario& scenario) {
  bool ran = false;
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    witnesses_[e] = {engines_[e].get(), models_[model_of_[e]].prediction, &unasked};
    if (wants(*engines_[e])) ran |= run(e, scenario);
  }
  for (std::size_t e = 0; e < engines_.size() && !ran; ++e) {
    if (!asked(e)) run(e, scenario);
  }
}

/// Whether the engine took the scenario.
bool Judge::run(std::size_t engine, const bpf::Scenario& scenario) {
  const EmulatedTime time(*engines_[engine], emulated_time_);
  const bool known = is_next(scenario) && !seen_ahead_[engine].empty();
  witnesses_[engine].seen = known ? &seen_ahead_[engine][next_] : &engines_[engine]->run_one(lowered_);
  return observed(engine).unavailable.empty();
}

/// The oracles that are on, one after the other, until one is broken.
void Judge::hear(std::size_t engine, const bpf::Scenario& scenario, bool expectations, Judgement& result) {
  const EmulatedTime time(*engines_[engine], emulated_time_);
  Witness& witness = witnesses_[engine];
  const std::string& silent = witness.seen->unavailable;
  const WhyNot nothing = why_nothing(asked(engine), *witness.seen);
  if (nothing == WhyNot::none || nothing == WhyNot::refused) result.judged = true;
  if (nothing == WhyNot::unavailable) result.verdict = {Outcome::unavailable, Property::fault, "", silent, 0};
  Hearing hearing{.scenario = scenario,
                  .lowered = lowered_,
                  .witness = witness,
                  .peer = peer_of(engine),
                  .expectations = expectations,
                  .images = images_,
                  .by_value = *models_[model_of_[engine]].by_value,
                  .kept = kept_[engine],
                  .changed = changed_,
                  .cells = cells_};
  for (const Oracle& each : oracles()) {
    if (!set_.has(each.id) || (each.when == When::sampled && !sampled_)) continue;
    const bool heard =
        nothing == WhyNot::none || (nothing == WhyNot::refused && each.id == OracleId::acceptance);
    const Ruling ruling = heard ? each.judge(hearing) : Ruling{{}, nothing};
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
    if (model_of_[e] != model_of_[engine] || why_nothing(asked(e), observed(e)) != WhyNot::none) continue;
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

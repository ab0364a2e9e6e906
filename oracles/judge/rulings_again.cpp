// Oracles that run the engine again: the same scenario, and scenarios that must show the same.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "oracles/check/checks.hpp"
#include "oracles/check/determinism.hpp"
#include "oracles/check/metamorphic.hpp"
#include "oracles/judge/hearing.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::rulings {

namespace {

/// What a run showed that a signal or the clock ended is not to be had again.
bool all_ended(const Observation& seen) {
  return std::ranges::all_of(seen.runs,
                             [](const RunObservation& run) { return run.status == RunStatus::finished; });
}

/// The engine's own record is about to be written over.
void keep(Hearing& h) {
  if (h.witness.seen == &h.kept) return;
  h.kept = *h.witness.seen;
  h.witness.seen = &h.kept;
}

/// Where a refused call costs something, what it changes is the model's to say.
Verdict as_the_model_says(const check::Variant& variant, const Observation& got, const bpf::Profile& profile,
                          bool compare_live) {
  model::Walker walker({.profile = &profile});
  Verdict verdict = check::same_behaviour(walker.walk(variant.scenario), got, compare_live);
  if (!verdict.broken()) return verdict;
  verdict.property = Property::independence;
  verdict.kind = variant.kind;
  verdict.detail = fmt::format("with one more {} and its cost, {}", variant.kind, verdict.detail);
  return verdict;
}

/// Nothing where the engine has no room for the variant.
std::optional<Verdict> judge_variant(Hearing& h, const check::Variant& variant) {
  bpf::lower(variant.scenario, h.changed);
  const Observation& got = h.witness.engine->run_one(h.changed);
  if (!got.unavailable.empty()) return std::nullopt;
  const bpf::Profile& profile = *h.witness.engine->identity().profile;
  if (variant.refused && profile.cost_out_of_range != 0)
    return as_the_model_says(variant, got, profile, !h.lowered.has_asm);
  return check::same_but_for(variant, h.seen(), got);
}

}  // namespace

Ruling determinism(Hearing& h) {
  if (ImageChecks::shows(*h.witness.engine)) {
    if (const Verdict v = h.images.determinism(*h.witness.engine, h.lowered); v.broken()) return {v};
  }
  if (!all_ended(h.seen())) return {{}, WhyNot::unfinished};
  keep(h);
  const Observation& again = h.witness.engine->run_one(h.lowered);
  Verdict verdict = check::same_observation(h.seen(), again);
  if (!verdict.broken()) return {verdict};
  h.against = &h.kept;
  h.witness.seen = &again;
  return {verdict};
}

Ruling independence(Hearing& h) {
  if (h.witness.predicted == nullptr) return {{}, WhyNot::no_model};
  if (!all_ended(h.seen())) return {{}, WhyNot::unfinished};
  keep(h);
  const std::uint64_t choice = check::choice_of(h.scenario);
  Ruling ruling;
  for (const auto change : {check::with_unreached_program, check::renamed, check::with_refused_call}) {
    const auto variant = change(h.scenario, choice);
    const auto verdict = variant ? judge_variant(h, *variant) : std::nullopt;
    if (verdict && verdict->broken()) return {*verdict};
    if (!verdict) ruling.why_not = WhyNot::no_room;
  }
  return ruling;
}

}  // namespace tailbound::rulings

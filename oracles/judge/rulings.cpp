// What each oracle says of an observation: the checks of oracles/check, with what they need.
#include <fmt/format.h>

#include <algorithm>

#include "oracles/check/checks.hpp"
#include "oracles/judge/hearing.hpp"

namespace tailbound::rulings {

namespace {

Ruling could_not(WhyNot why) { return {{}, why}; }

bool any_expected(const bpf::Scenario& scenario) {
  return std::ranges::any_of(scenario.events, [](const bpf::Event& event) {
    const auto* run = std::get_if<bpf::Run>(&event);
    return run != nullptr && !run->expectations.empty();
  });
}

}  // namespace

Ruling acceptance(Hearing& h) {
  if (!h.witness.engine->identity().verifies) return could_not(WhyNot::no_verifier);
  return {check::accepted(h.seen())};
}

/// Whether or not the design is sound, it is known: whatever the rule says of it afterwards is explained.
Ruling prediction(Hearing& h) {
  if (!h.witness.engine->identity().by_value) return could_not(WhyNot::models_design);
  if (h.witness.predicted == nullptr) return could_not(WhyNot::no_model);
  const Observation& predicted = h.by_value.walk(h.scenario);
  Ruling ruling{check::same_behaviour(predicted, h.seen(), !h.lowered.has_asm)};
  if (!ruling.verdict.broken()) return ruling;
  ruling.verdict.kind = fmt::format("{} {}", name(ruling.verdict.property), ruling.verdict.kind);
  ruling.verdict.detail += " (expected: by value, as this design counts)";
  ruling.verdict.property = Property::prediction;
  h.against = &predicted;
  return ruling;
}

Ruling encoding(Hearing& h) {
  if (!ImageChecks::shows(*h.witness.engine)) return could_not(WhyNot::no_code);
  return {h.images.encoding(*h.witness.engine)};
}

Ruling ended(Hearing& h) { return {check::ended(h.seen())}; }

Ruling bound(Hearing& h) { return {check::bound(h.seen(), bpf::max_tail_call_cnt)}; }

Ruling frame(Hearing& h) { return {check::frame_balance(h.seen())}; }

/// What asm blocks compute is not the model's business.
Ruling agreement(Hearing& h) {
  if (h.witness.predicted == nullptr) return could_not(WhyNot::no_model);
  Ruling ruling{check::same_behaviour(*h.witness.predicted, h.seen(), !h.lowered.has_asm)};
  h.witness.agrees = !ruling.verdict.broken() && !h.lowered.has_asm;
  return ruling;
}

/// Two engines that agree with the model in everything agree with each other: then nothing is compared again.
Ruling engine_agreement(Hearing& h) {
  if (h.peer == nullptr) return could_not(WhyNot::no_peer);
  if (h.peer == &h.witness) return could_not(WhyNot::reference);
  if (h.peer->agrees && h.witness.agrees) return {};
  Verdict verdict = check::same_behaviour(*h.peer->seen, h.seen(), true);
  if (!verdict.broken()) return {verdict};
  h.against = h.peer->seen;
  verdict.kind = fmt::format("{} {}", name(verdict.property), verdict.kind);
  verdict.detail =
      fmt::format("{} (expected: what {} shows)", verdict.detail, h.peer->engine->identity().text());
  verdict.property = Property::engine_agreement;
  return {verdict};
}

/// The bound is computed only where there is something to hold against it.
Ruling machine_stack(Hearing& h) {
  const auto measured = [](const RunObservation& run) { return run.stack_used != 0; };
  if (std::ranges::none_of(h.seen().runs, measured)) return could_not(WhyNot::not_measured);
  const auto bytes = h.witness.engine->stack_bound();
  if (!bytes) return could_not(WhyNot::no_bound);
  return {check::machine_stack(h.seen(), *bytes)};
}

Ruling expectations(Hearing& h) {
  if (!h.expectations) return could_not(WhyNot::not_asked);
  if (!any_expected(h.scenario)) return could_not(WhyNot::nothing_expected);
  return {check::expectations(h.scenario, h.seen(), h.cells)};
}

}  // namespace tailbound::rulings

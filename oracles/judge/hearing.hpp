// One engine's observation of one scenario, with all that it may be held against; and what each oracle says
// of it.
#pragma once

#include <span>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/object/prepare.hpp"
#include "oracles/check/oracle.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/judge/images.hpp"
#include "oracles/model/walker.hpp"
#include "oracles/observation.hpp"

namespace tailbound {

/// An engine's part in judging one scenario.
struct Witness {
  engine::Engine* engine = nullptr;
  const Observation* predicted = nullptr;  // by the model under the engine's profile; null: it cannot walk the code
  const Observation* seen = nullptr;
  bool agrees = false;  // with the model, in everything: no asm block was left out
};

struct Hearing {
  const bpf::Scenario& scenario;
  const bpf::Lowered& lowered;
  Witness& witness;
  const Witness*
      peer;  // the first that ran under the same profile (the witness itself, if so); null: the only one
  bool expectations;  // asked for
  ImageChecks& images;
  model::Walker& by_value;  // under the engine's profile, with copies at calls
  Observation& kept;      // what was seen first, once the engine runs again
  bpf::Lowered& changed;  // room for another scenario
  std::span<const bpf::CellPlace> cells;  // where the scenario's cells lie; empty: one after the other, a word each
  /// What a broken verdict held `seen` against, where that is not the model.
  const Observation* against = nullptr;

  const Observation& seen() const { return *witness.seen; }
};

namespace rulings {
Ruling acceptance(Hearing&);
Ruling prediction(Hearing&);
Ruling encoding(Hearing&);
Ruling ended(Hearing&);
Ruling bound(Hearing&);
Ruling frame(Hearing&);
Ruling agreement(Hearing&);
Ruling engine_agreement(Hearing&);
Ruling machine_stack(Hearing&);
Ruling expectations(Hearing&);
Ruling path(Hearing&);
Ruling determinism(Hearing&);
Ruling independence(Hearing&);
}  // namespace rulings

}  // namespace tailbound

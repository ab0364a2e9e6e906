// Slots that a second thread changes while programs run.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/observation.hpp"

namespace tailbound::engine {

struct Disturbance {
  std::vector<bpf::SetSlot> changes;  // made one after the other, again and again
  std::size_t runs = 1000;            // of the scenario's first `run` event
};

/// An engine whose slots can change under a run.
class Disturbable {
 public:
  virtual ~Disturbable() = default;
  /// Runs the first `run` event again and again while a second thread makes the changes; `seen` gets every run.
  /// The changed slots then get their first content back and one undisturbed run is returned. Error: why not.
  virtual std::string run_disturbed(const bpf::Lowered& lowered, const Disturbance& disturbance,
                                    const std::function<void(const RunObservation&)>& seen,
                                    RunObservation& undisturbed) = 0;
};

}  // namespace tailbound::engine

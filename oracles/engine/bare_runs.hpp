// What an engine's runs cost without everything round them: for benchmarks alone.
#pragma once

#include <string>

#include "jit/bpf/lowered.hpp"

namespace tailbound::engine {

/// Engines that run machine code of their own.
class BareRuns {
 public:
  virtual ~BareRuns() = default;
  /// Makes a scenario ready to run: compiled, linked, slots as at its start. Empty, or why it cannot be. The scenario
  /// stays until the last bare run of it.
  virtual std::string prepare(const bpf::Lowered& lowered) = 0;
  /// Its runs in order, each with fresh ledger and cells, without its other events; nothing is observed.
  virtual void run_bare() = 0;
};

}  // namespace tailbound::engine

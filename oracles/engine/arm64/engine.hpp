// The arm64 JIT as an engine: in this process on an arm64 machine, else in a runner under qemu-aarch64.
#pragma once

#include <chrono>
#include <memory>

#include "jit/arm64/schemes.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound::engine {

struct ArmSettings {
  const tailbound::arm64::Scheme* scheme = nullptr;
  jit::Options options;
  /// Processor time that one run may take; zero: no limit (fuel alone ends it).
  std::chrono::milliseconds time_limit{2000};
};

/// A runner is started when the engine is first used, or asked why it is unavailable.
std::unique_ptr<Engine> make_arm64(const ArmSettings& settings);

}  // namespace tailbound::engine

// What the search for guilty steps needs of an arch.
#pragma once

#include <chrono>
#include <memory>
#include <span>

#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/x86_64/engine.hpp"

namespace tailbound::fuzz {

inline constexpr std::chrono::milliseconds blame_run_limit{250};

struct X86_64Blame {
  using Emitter = x86_64::Emitter;
  using Scheme = x86_64::Scheme;
  /// A process for each scenario costs little.
  static constexpr bool fresh = true;
  static std::span<const Scheme> schemes() { return x86_64::schemes(); }
  static std::unique_ptr<engine::Engine> engine(const Scheme& scheme) {
    return engine::make_x86_64({.scheme = &scheme, .options = {}, .time_limit = blame_run_limit});
  }
};

struct Arm64Blame {
  using Emitter = arm64::Emitter;
  using Scheme = arm64::Scheme;
  /// On another machine each process starts an emulator, and what goes wrong stays in that.
  static constexpr bool fresh = false;
  static std::span<const Scheme> schemes() { return arm64::schemes(); }
  static std::unique_ptr<engine::Engine> engine(const Scheme& scheme) {
    return engine::make_arm64({.scheme = &scheme, .options = {}, .time_limit = blame_run_limit});
  }
};

}  // namespace tailbound::fuzz

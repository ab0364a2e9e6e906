// The x86-64 JIT as an engine: in this process on an x86-64 machine, else in a runner under qemu-x86_64.
#pragma once

#include <chrono>
#include <memory>

#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound::engine {

struct X86Settings {
  const tailbound::x86_64::Scheme* scheme = nullptr;
  jit::Options options;
  /// Processor time that one run may take; zero: no limit (fuel alone ends it).
  std::chrono::milliseconds time_limit{2000};
};

/// `unavailable()` says why where this machine cannot run it.
std::unique_ptr<Engine> make_x86_64(const X86Settings& settings);
/// In a runner on every machine: how an arm64 machine runs it, to be tried elsewhere. Its slots cannot change
/// from a second thread.
std::unique_ptr<Engine> make_emulated_x86_64(const X86Settings& settings);

}  // namespace tailbound::engine

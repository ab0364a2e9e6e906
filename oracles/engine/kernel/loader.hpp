// Loads lowered scenarios into the running kernel and lets them go. Loading verifies and compiles; nothing is
// run, attached or pinned.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/load_error.hpp"
#include "oracles/engine/kernel/runner.hpp"

namespace tailbound::engine::kernel {

/// What was loaded, and is gone.
struct Loaded {
  /// How many instructions the verifier looked at, by program; 0 before Linux 5.16.
  std::vector<std::uint32_t> verified_insns;
  std::vector<JobImage> images;  // by program; only where they were asked for
};

/// Whether the prog_arrays start empty (and the scenario cannot tail-call yet) or as the scenario says.
enum class Slots : std::uint8_t { empty, filled };

class Loader {
 public:
  /// The error says why this machine or this user may load nothing.
  static std::expected<Loader, std::string> open();

  /// Scenarios with attachments are refused with EOPNOTSUPP: a probe's type is its target's business. `images`:
  /// with what the kernel made of the programs, line info included.
  std::expected<Loaded, LoadError> load(const bpf::Lowered& lowered, Slots slots, bool images = false);

 private:
  Loader();

  Runner runner_;
  Request request_;
};

}  // namespace tailbound::engine::kernel

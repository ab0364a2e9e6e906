// The machine code behind an observation.
#pragma once

#include <cstdint>
#include <optional>

#include "jit/bpf/lowered.hpp"
#include "oracles/check/encoding.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound {

class ImageChecks {
 public:
  /// Whether the engine shows its images.
  static bool shows(const engine::Engine& engine);

  // Of the scenario that `engine`, which shows its images, ran last:
  Verdict encoding(const engine::Engine& engine);
  /// `lowered` is what it ran.
  static Verdict determinism(const engine::Engine& engine, const bpf::Lowered& lowered);

  /// Images read back so far.
  std::uint64_t checked() const { return checked_; }

 private:
  std::optional<check::Encoding> encoding_;  // made when first needed: LLVM's tables take a millisecond
  std::uint64_t checked_ = 0;
};

}  // namespace tailbound

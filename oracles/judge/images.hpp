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
  /// Of the scenario that `engine` ran last, which is `lowered`. Agreement where it shows no images.
  Verdict check(const engine::Engine& engine, const bpf::Lowered& lowered);

  /// Images checked so far.
  std::uint64_t checked() const { return checked_; }

 private:
  std::optional<check::Encoding> encoding_;  // made when first needed: LLVM's tables take a millisecond
  std::uint64_t checked_ = 0;
};

}  // namespace tailbound

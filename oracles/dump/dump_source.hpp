// Who compiles scenarios and shows the images: the running kernel, or a guest's.
#pragma once

#include <expected>
#include <string>

#include "jit/bpf/lowered.hpp"
#include "oracles/dump/program_dump.hpp"

namespace tailbound::dump {

class DumpSource {
 public:
  virtual ~DumpSource() = default;
  /// Loads the scenario's programs, its slots as it starts with them, and reads them back. Nothing is run.
  /// Error: one sentence or more, why it was refused or cannot be read.
  virtual std::expected<ScenarioDump, std::string> dump(const bpf::Lowered& lowered) = 0;
};

}  // namespace tailbound::dump

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
  /// Loads the scenario's programs and reads them back. Nothing is run. `filled`: with the slots that the scenario
  /// starts with, after which a kernel waits for its readers (some 12 ms); else all slots are empty. Error: one
  /// sentence or more, why it was refused or cannot be read.
  virtual std::expected<ScenarioDump, std::string> dump(const bpf::Lowered& lowered, bool filled) = 0;
};

}  // namespace tailbound::dump

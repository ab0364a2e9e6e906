// What a kernel refused, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

struct LoadError {
  std::string step;                      // "program 0", "map ledger", …
  int error_number = 0;                  // errno
  std::optional<std::uint16_t> program;  // that was refused
  std::string log;                       // last lines of the verifier's log; empty where there is none
  std::string bytecode;                  // of the refused program, one instruction a line, numbered

  /// "program 0: Permission denied (13)"
  std::string headline() const;
  /// The same, then the log and the bytecode.
  std::string text() const;
};

/// Of a job that fill_job made of the scenario.
LoadError load_error(const Refusal& refusal, const bpf::Lowered& lowered);

}  // namespace tailbound::engine::kernel

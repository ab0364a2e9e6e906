// What the running kernel refused, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tailbound::engine::kernel {

struct LoadError {
  std::string step;                      // "program p0", "map ledger", …
  int error_number = 0;                  // errno
  std::optional<std::uint16_t> program;  // that was refused
  std::string log;                       // last lines of the verifier's log; empty where there is none
  std::string bytecode;                  // of the refused program, one instruction a line, numbered

  /// "program p0: Permission denied (13)", then the log and the bytecode.
  std::string text() const;
};

/// With the present errno.
LoadError load_error(std::string step);

}  // namespace tailbound::engine::kernel

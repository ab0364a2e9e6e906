// Runs generated code so that the process survives it: faults and time-outs are turned into answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "oracles/observation.hpp"

namespace tailbound::engine::native {

struct Interruption {
  RunStatus status = RunStatus::fault;
  int signal = 0;             // of a fault
  std::uint64_t address = 0;  // what was accessed
  std::uint64_t pc = 0;
  std::string_view kind = {};  // where neither signal nor time limit says it; static text
};
Fault fault_of(const Interruption& interruption);

/// What takes breakpoint and single-step traps of generated code. Called from a signal handler.
class TrapHandler {
 public:
  virtual ~TrapHandler() = default;
  /// False: not one of its own, so it is a fault. `pc` may be changed.
  virtual bool on_trap(std::uint64_t& pc) = 0;
};

/// Catches signals on the calling thread while one guarded call is under way.
class Guard {
 public:
  /// Installs the process's handlers once and this thread's timer. Error: what the system refused.
  static std::expected<void, std::string> install();

  /// Calls `enter` (a stub). If it faults, or runs for longer than `limit` of processor time (zero: no limit),
  /// the thread goes on at `recover` and the interruption is returned.
  static std::optional<Interruption> call(std::uint64_t enter, std::uint64_t recover,
                                          std::chrono::milliseconds limit, TrapHandler* traps = nullptr);
};

}  // namespace tailbound::engine::native

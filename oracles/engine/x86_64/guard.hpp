// Runs generated code so that the process survives it: on a stack of its own between guard pages, with faults
// and time-outs turned into answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "oracles/observation.hpp"

namespace tailbound::engine::x86_64 {

/// A stack between guard pages, with canary words above the entry frame.
class GuardedStack {
 public:
  static std::expected<GuardedStack, std::string> create(std::size_t size);
  GuardedStack(GuardedStack&& other) noexcept;
  GuardedStack& operator=(GuardedStack&&) = delete;
  ~GuardedStack();

  /// Initial rsp: 16-byte aligned, canaries above it.
  std::uint64_t top() const;
  void place_canaries();
  bool canaries_intact() const;

 private:
  GuardedStack(std::uint8_t* mapping, std::size_t size) : mapping_(mapping), size_(size) {}
  std::uint8_t* mapping_;
  std::size_t size_;
};

struct Interruption {
  RunStatus status;
  Fault fault;  // pc: the absolute address
};

/// What takes breakpoint and single-step traps of generated code. Called from a signal handler.
class TrapHandler {
 public:
  virtual ~TrapHandler() = default;
  /// False: not one of its own, so it is a fault. Both registers may be changed.
  virtual bool on_trap(std::uint64_t& rip, std::uint64_t& flags) = 0;
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

}  // namespace tailbound::engine::x86_64

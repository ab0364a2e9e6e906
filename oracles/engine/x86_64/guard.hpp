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

/// A stack between guard pages, with canary words above the entry frame. A multiple of 4 GiB lies among the first
/// words of the entry frame where the system gives that place: addresses whose low half is a small number show what
/// tells pointers from counts by 32 bits. Below, every word that no run has used since
/// holds a pattern: that is how the high-water mark of a run is found.
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

  /// Bytes from top() down to the deepest word that was written since the last call; paints them again. A stretch of
  /// at least `longest_gap` bytes that nobody wrote ends the search, so it costs little more than what was used. A
  /// word that was written with the pattern's own value is not seen.
  std::uint64_t take_high_water(std::size_t longest_gap);
  /// The same over the whole stack: after a run that did not end by itself nothing is known about gaps.
  std::uint64_t take_high_water() { return take_high_water(size_); }

 private:
  GuardedStack(std::uint8_t* mapping, std::size_t size) : mapping_(mapping), size_(size) {}
  static void* map(std::size_t size);
  std::uint64_t* lowest() const;
  static void paint(std::uint64_t* from, std::uint64_t* to);

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

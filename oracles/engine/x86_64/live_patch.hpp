// Cross-modifying code: changes five bytes that another thread may be running, as a kernel's text_poke does. A
// breakpoint goes in first; whoever hits it meanwhile goes on as the new instruction says.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <string>

#include "jit/emit/executable_memory.hpp"
#include "jit/x86_64/link.hpp"
#include "oracles/engine/native/guard.hpp"

namespace tailbound::engine::x86_64 {

class LivePatcher final : public native::TrapHandler {
 public:
  explicit LivePatcher(const jit::ExecutableMemory& code) : code_(code) {}

  /// Asks the system once for core synchronisation across threads. Error: why it is not to be had.
  static std::expected<void, std::string> prepare();

  /// On the patching thread: `bytes` (a nop or a jump) at `at` in the code memory. One patcher at a time.
  void patch(std::size_t at, const tailbound::x86_64::PatchBytes& bytes);

  /// On the running thread.
  bool on_trap(std::uint64_t& rip) override;

 private:
  void put(std::size_t at, std::uint8_t byte) const;
  std::uint8_t get(std::size_t at) const;

  const jit::ExecutableMemory& code_;
  static constexpr std::size_t nowhere = SIZE_MAX;
  std::atomic<std::size_t> at_{nowhere};    // the site under change
  std::atomic<std::uint64_t> next_rip_{0};  // where its new instruction leads
};

}  // namespace tailbound::engine::x86_64

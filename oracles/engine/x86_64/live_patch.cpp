#include "oracles/engine/x86_64/live_patch.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>

namespace tailbound::engine::x86_64 {

namespace {

constexpr std::uint8_t int3 = 0xcc;
constexpr std::uint8_t jump = 0xe9;

long membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0); }

/// Every thread of the process executes a serialising instruction before it runs on.
void synchronise_cores() {
  [[maybe_unused]] const long done = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE);
  assert(done == 0 && "prepare() registered for this");
}

/// Where a nop or a jump at `address` leads.
std::uint64_t leads_to(std::uint64_t address, const tailbound::x86_64::PatchBytes& bytes) {
  std::uint64_t next = address + bytes.size();
  if (bytes[0] == jump) {
    std::int32_t distance = 0;
    std::memcpy(&distance, &bytes[1], sizeof distance);
    next += static_cast<std::uint64_t>(std::int64_t{distance});
  }
  return next;
}

}  // namespace

std::expected<void, std::string> LivePatcher::prepare() {
  if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE) == 0) return {};
  return std::unexpected(std::string("membarrier SYNC_CORE: ") + std::strerror(errno));
}

void LivePatcher::put(std::size_t at, std::uint8_t byte) const {
  std::atomic_ref(code_.writable()[at]).store(byte, std::memory_order_release);
}

std::uint8_t LivePatcher::get(std::size_t at) const {
  return std::atomic_ref(code_.writable()[at]).load(std::memory_order_acquire);
}

void LivePatcher::patch(std::size_t at, const tailbound::x86_64::PatchBytes& bytes) {
  next_rip_.store(leads_to(code_.address(at), bytes), std::memory_order_relaxed);
  at_.store(at, std::memory_order_release);
  put(at, int3);
  synchronise_cores();
  for (std::size_t i = 1; i < bytes.size(); ++i) put(at + i, bytes[i]);
  synchronise_cores();
  put(at, bytes[0]);
  synchronise_cores();
  at_.store(nowhere, std::memory_order_release);
}

bool LivePatcher::on_trap(std::uint64_t& rip) {
  const std::uint64_t address = rip - 1;
  if (!code_.contains(address)) return false;
  const std::size_t at = address - code_.address();
  // The patch may end at any moment: then the breakpoint is gone and the instruction is simply tried again.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (get(at) != int3) {
      rip = address;
      return true;
    }
    const std::uint64_t next = next_rip_.load(std::memory_order_relaxed);
    if (at_.load(std::memory_order_acquire) == at) {
      rip = next;
      return true;
    }
  }
  return false;
}

}  // namespace tailbound::engine::x86_64

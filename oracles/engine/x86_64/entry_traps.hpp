// Slot changes at the n-th entry of a function: a breakpoint on the first instruction of its body, stepped
// over.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "jit/emit/executable_memory.hpp"
#include "oracles/engine/x86_64/guard.hpp"

namespace tailbound::engine::x86_64 {

class EntryTraps final : public TrapHandler {
 public:
  /// What to do at the `count`-th entry of a function.
  struct Change {
    std::uint32_t count = 1;
    bpf::SetSlot slot;
  };

  /// `apply` is called in a signal handler: it must not allocate.
  EntryTraps(const jit::ExecutableMemory& code, std::function<void(const bpf::SetSlot&)> apply)
      : code_(code), apply_(std::move(apply)) {}

  void clear() { used_ = 0; }
  bool empty() const { return used_ == 0; }
  /// `body` is the offset of the body's first byte in the code memory, `function_id` counts in the ledger.
  void add(std::size_t body, std::uint32_t function_id, const Change& change);

  /// Sets all breakpoints for one run. `fuel` and `entries` are the ledger's words (entries by function id):
  /// the bytecode has not counted an entry yet when its breakpoint is hit.
  void arm(const std::uint64_t* fuel, const std::uint64_t* entries);
  /// Takes out what is left of them.
  void disarm();

  bool on_trap(std::uint64_t& rip, std::uint64_t& flags) override;

 private:
  struct Trap {
    std::size_t at = 0;
    std::uint32_t function_id = 0;
    std::uint8_t original = 0;
    std::vector<Change> changes;
  };
  void put(std::size_t at, std::uint8_t byte) const;
  bool wanted(const Trap& trap) const;

  const jit::ExecutableMemory& code_;
  std::function<void(const bpf::SetSlot&)> apply_;
  std::span<Trap> traps() { return {traps_.data(), used_}; }

  std::vector<Trap> traps_;  // the first used_ are set; the others keep their room
  std::size_t used_ = 0;
  const std::uint64_t* fuel_ = nullptr;
  const std::uint64_t* entries_ = nullptr;
  Trap* stepping_ = nullptr;
};

}  // namespace tailbound::engine::x86_64

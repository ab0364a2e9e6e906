// Slot changes at the n-th entry of a function: its body begins with a jump to a detour, which compares the count of
// entries, traps where a change waits, and goes on with the instructions that the jump took the place of.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "jit/emit/code_buffer.hpp"
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
  /// The first bytes of a function's body: whole instructions that mean the same in another place.
  struct Body {
    std::size_t at = 0;  // in the code memory
    std::uint32_t size = 0;
  };
  static constexpr std::uint32_t least_body = 5, longest_body = 16;
  static constexpr std::size_t detour_size = 80;

  /// `detours` is where room of detour_size bytes for each function begins, in the code memory. `apply` is called in
  /// a signal handler: it must not allocate.
  EntryTraps(const jit::ExecutableMemory& code, std::size_t detours, std::function<void(const bpf::SetSlot&)> apply)
      : code_(code), detours_(detours), apply_(std::move(apply)) {}

  void clear() { used_ = 0; }
  bool empty() const { return used_ == 0; }
  /// `function_id` counts in the ledger.
  void add(const Body& body, std::uint32_t function_id, const Change& change);

  /// Sets all traps for one run. `fuel` and `entries` are the ledger's words (entries by function id), as they are
  /// before the run: the bytecode has not counted an entry yet when its body is reached.
  void arm(const std::uint64_t* fuel, const std::uint64_t* entries);
  /// Puts the bodies back.
  void disarm();

  bool on_trap(std::uint64_t& rip, std::uint64_t& flags) override;

 private:
  struct Trap {
    Body body;
    std::uint32_t function_id = 0;
    std::uint64_t next = 0;     // entries counted when the next change is due; the detour reads it
    std::uint64_t address = 0;  // behind the detour's trapping instruction
    std::vector<Change> changes;
  };
  std::size_t detour(const Trap& trap) const { return detours_ + detour_size * index(trap); }
  std::size_t index(const Trap& trap) const { return static_cast<std::size_t>(&trap - traps_.data()); }
  void write_detour(Trap& trap);
  void await_next(Trap& trap, std::uint64_t entries);

  const jit::ExecutableMemory& code_;
  std::size_t detours_;
  std::function<void(const bpf::SetSlot&)> apply_;
  std::span<Trap> traps() { return {traps_.data(), used_}; }

  std::vector<Trap> traps_;  // the first used_ are set; the others keep their room
  std::size_t used_ = 0;
  jit::CodeBuffer buffer_;
  const std::uint64_t* fuel_ = nullptr;
  const std::uint64_t* entries_ = nullptr;
};

}  // namespace tailbound::engine::x86_64

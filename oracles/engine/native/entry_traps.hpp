// Slot changes at the n-th entry of a function: its body begins with a jump to a detour, which compares the
// count of entries, traps where a change waits, and goes on with the instructions that the jump took the place
// of.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/engine/native/machine.hpp"
#include "oracles/engine/native/target.hpp"

namespace tailbound::engine::native {

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

  /// `detours` is where room of Target::detour_size bytes for each function begins, in the machine's code.
  /// `apply` is called in a signal handler: it must not allocate.
  EntryTraps(Machine& machine, Target& target, std::size_t detours,
             std::function<void(const bpf::SetSlot&)> apply)
      : machine_(machine), target_(target), detours_(detours), apply_(std::move(apply)) {}

  void clear() { used_ = 0; }
  bool empty() const { return used_ == 0; }
  /// `function_id` counts in the ledger.
  void add(const Body& body, std::uint32_t function_id, const Change& change);

  /// Sets all traps for one run. `fuel` and `entries` are the ledger's words (entries by function id), as they
  /// are before the run: the bytecode has not counted an entry yet when its body is reached. Code sees the
  /// latter at `entries_address`.
  void arm(const std::uint64_t* fuel, const std::uint64_t* entries, std::uint64_t entries_address);
  /// Puts the bodies back. Not published: while there are traps, every run arms them.
  void disarm();

  bool on_trap(std::uint64_t& pc) override;

 private:
  struct Trap {
    Body body;
    std::uint32_t function_id = 0;
    DetourTrap trap;
    std::array<std::uint8_t, Target::longest_body> kept{};  // the body, while its jump stands there
    std::vector<Change> changes;
  };
  std::size_t detour(const Trap& trap) const { return detours_ + Target::detour_size * index(trap); }
  std::size_t index(const Trap& trap) const { return static_cast<std::size_t>(&trap - traps_.data()); }
  std::uint8_t* body(const Trap& trap) const { return machine_.code().here + trap.body.at; }
  std::uint64_t& due(const Trap& trap) const { return machine_.words().next_change[index(trap)]; }
  void write_detour(Trap& trap, std::uint64_t entries_address);
  void await_next(const Trap& trap, std::uint64_t entries);

  Machine& machine_;
  Target& target_;
  std::size_t detours_;
  std::function<void(const bpf::SetSlot&)> apply_;
  std::span<Trap> traps() { return {traps_.data(), used_}; }

  std::vector<Trap> traps_;  // the first used_ are set; the others keep their room
  std::size_t used_ = 0;
  const std::uint64_t* fuel_ = nullptr;
  const std::uint64_t* entries_ = nullptr;
};

}  // namespace tailbound::engine::native

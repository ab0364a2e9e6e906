#include "oracles/engine/x86_64/entry_traps.hpp"

#include <algorithm>

namespace tailbound::engine::x86_64 {

namespace {
constexpr std::uint8_t int3 = 0xcc;
constexpr std::uint64_t trap_flag = 0x100;
}  // namespace

void EntryTraps::add(std::size_t body, std::uint32_t function_id, const Change& change) {
  const auto same = std::ranges::find_if(traps(), [&](const Trap& t) { return t.at == body; });
  if (same != traps().end()) {
    same->changes.push_back(change);
    return;
  }
  if (used_ == traps_.size()) traps_.emplace_back();
  Trap& trap = traps_[used_++];
  trap.at = body;
  trap.function_id = function_id;
  trap.changes.assign(1, change);
}

void EntryTraps::put(std::size_t at, std::uint8_t byte) const {
  code_.writable()[at] = byte;
  code_.publish(at, 1);
}

void EntryTraps::arm(const std::uint64_t* fuel, const std::uint64_t* entries) {
  fuel_ = fuel;
  entries_ = entries;
  stepping_ = nullptr;
  for (Trap& trap : traps()) {
    trap.original = code_.writable()[trap.at];
    put(trap.at, int3);
  }
}

void EntryTraps::disarm() {
  for (const Trap& trap : traps()) put(trap.at, trap.original);
}

/// Some change waits for a later entry.
bool EntryTraps::wanted(const Trap& trap) const {
  return std::any_of(trap.changes.begin(), trap.changes.end(),
                     [&](const Change& change) { return change.count > entries_[trap.function_id]; });
}

bool EntryTraps::on_trap(std::uint64_t& rip, std::uint64_t& flags) {
  if (stepping_ != nullptr) {
    // The instruction behind the breakpoint has been executed.
    if (wanted(*stepping_)) put(stepping_->at, int3);
    stepping_ = nullptr;
    flags &= ~trap_flag;
    return true;
  }
  const auto hit = std::ranges::find_if(traps(), [&](const Trap& t) { return code_.address(t.at) == rip - 1; });
  if (hit == traps().end()) return false;
  if (*fuel_ != 0) {
    for (const Change& change : hit->changes) {
      if (change.count == entries_[hit->function_id] + 1) apply_(change.slot);
    }
  }
  put(hit->at, hit->original);
  stepping_ = &*hit;
  rip -= 1;
  flags |= trap_flag;
  return true;
}

}  // namespace tailbound::engine::x86_64

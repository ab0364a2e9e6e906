#include "oracles/engine/native/entry_traps.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <limits>

namespace tailbound::engine::native {

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

}  // namespace

void EntryTraps::add(const Body& body, std::uint32_t function_id, const Change& change) {
  assert(body.size >= target_.least_body() && body.size <= Target::longest_body &&
         "a jump fits the body, the body a detour");
  const auto same = std::ranges::find_if(traps(), [&](const Trap& t) { return t.body.at == body.at; });
  if (same != traps().end()) {
    same->changes.push_back(change);
    return;
  }
  if (used_ == traps_.size()) traps_.emplace_back();
  Trap& trap = traps_[used_++];
  trap.body = body;
  trap.function_id = function_id;
  trap.changes.assign(1, change);
}

void EntryTraps::arm(const std::uint64_t* fuel, const std::uint64_t* entries, std::uint64_t entries_address) {
  fuel_ = fuel;
  entries_ = entries;
  for (Trap& trap : traps()) {
    await_next(trap, entries[trap.function_id]);
    write_detour(trap, entries_address);
    target_.write_jump(body(trap), address_in(machine_.code(), trap.body.at),
                       address_in(machine_.code(), detour(trap)));
  }
  machine_.publish(detours_, used_ * Target::detour_size);
  for (const Trap& trap : traps()) machine_.publish(trap.body.at, trap.body.size);
}

void EntryTraps::disarm() {
  for (const Trap& trap : traps()) std::memcpy(body(trap), trap.kept.data(), trap.body.size);
}

/// The least count that is still to come.
void EntryTraps::await_next(const Trap& trap, std::uint64_t entries) {
  std::uint64_t next = never;
  for (const Change& change : trap.changes) {
    if (change.count > entries) next = std::min<std::uint64_t>(next, change.count - 1U);
  }
  due(trap) = next;
}

void EntryTraps::write_detour(Trap& trap, std::uint64_t entries_address) {
  std::memcpy(trap.kept.data(), body(trap), trap.body.size);
  const Memory code = machine_.code();
  trap.trap = target_.write_detour(
      {.room = code.here + detour(trap),
       .address = address_in(code, detour(trap)),
       .entries = entries_address + 8ULL * trap.function_id,
       .due = machine_.words_address() + offsetof(EngineWords, next_change) + 8 * index(trap),
       .body = std::span(trap.kept).first(trap.body.size),
       .back = address_in(code, trap.body.at + trap.body.size)});
}

bool EntryTraps::on_trap(std::uint64_t& pc) {
  const auto hit = std::ranges::find_if(traps(), [&](const Trap& t) { return t.trap.pc == pc; });
  if (hit == traps().end()) return false;
  pc = hit->trap.resume;
  const std::uint64_t entries = entries_[hit->function_id];
  if (*fuel_ == 0) {
    due(*hit) = never;  // such an entry is none, and no fuel comes
    return true;
  }
  for (const Change& change : hit->changes) {
    if (change.count == entries + 1) apply_(change.slot);
  }
  await_next(*hit, entries + 1);
  return true;
}

}  // namespace tailbound::engine::native

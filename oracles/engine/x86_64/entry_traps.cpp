#include "oracles/engine/x86_64/entry_traps.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

#include "jit/x86_64/assembler.hpp"
#include "jit/x86_64/link.hpp"

namespace tailbound::engine::x86_64 {

namespace {

using namespace tailbound::x86_64;

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

std::uint64_t address_of(const std::uint64_t* word) { return reinterpret_cast<std::uint64_t>(word); }

}  // namespace

void EntryTraps::add(const Body& body, std::uint32_t function_id, const Change& change) {
  assert(body.size >= least_body && body.size <= longest_body && "a jump fits the body, the body a detour");
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

void EntryTraps::arm(const std::uint64_t* fuel, const std::uint64_t* entries) {
  fuel_ = fuel;
  entries_ = entries;
  for (Trap& trap : traps()) {
    await_next(trap, entries[trap.function_id]);
    write_detour(trap);
    const PatchBytes jump = jump_bytes(code_.address(trap.body.at), code_.address(detour(trap)));
    std::memcpy(code_.writable() + trap.body.at, jump.data(), jump.size());
  }
  code_.publish(detours_, used_ * detour_size);
}

void EntryTraps::disarm() {
  for (const Trap& trap : traps()) {
    const std::uint8_t* const body = code_.writable() + detour(trap) + (detour_size - longest_body);
    std::memcpy(code_.writable() + trap.body.at, body, trap.body.size);
  }
  code_.publish(detours_, used_ * detour_size);
}

/// The least count that is still to come.
void EntryTraps::await_next(Trap& trap, std::uint64_t entries) {
  trap.next = never;
  for (const Change& change : trap.changes) {
    if (change.count > entries) trap.next = std::min<std::uint64_t>(trap.next, change.count - 1U);
  }
}

/// Compiled code keeps nothing in r10, r11 and the flags where a body begins. The room's last bytes keep the body
/// for disarm().
void EntryTraps::write_detour(Trap& trap) {
  std::uint8_t* const body = code_.writable() + trap.body.at;
  std::uint8_t* const room = code_.writable() + detour(trap);
  std::memcpy(room + (detour_size - longest_body), body, trap.body.size);
  buffer_.clear();
  buffer_.ensure(detour_size);
  Assembler a(buffer_);
  ShortLabel go_on;
  a.mov_imm64(Gp::r11, address_of(&entries_[trap.function_id]));
  a.mov(r11, at(r11));
  a.mov_imm64(Gp::r10, address_of(&trap.next));
  a.mov(r10, at(r10));
  a.alu(Group1::cmp, r11, r10);
  a.jcc(Cond::ne, go_on);
  a.int3();
  trap.address = code_.address(detour(trap)) + a.here();
  a.bind(go_on);
  std::memcpy(room, buffer_.bytes().data(), buffer_.size());
  std::uint8_t* const rest = room + buffer_.size();
  std::memcpy(rest, body, trap.body.size);
  const std::size_t end = detour(trap) + buffer_.size() + trap.body.size;
  const PatchBytes back = jump_bytes(code_.address(end), code_.address(trap.body.at + trap.body.size));
  std::memcpy(rest + trap.body.size, back.data(), back.size());
}

/// What stands behind the trapping instruction is the way on.
bool EntryTraps::on_trap(std::uint64_t& rip, std::uint64_t&) {
  const auto hit = std::ranges::find_if(traps(), [&](const Trap& t) { return t.address == rip; });
  if (hit == traps().end()) return false;
  const std::uint64_t entries = entries_[hit->function_id];
  if (*fuel_ == 0) {
    hit->next = never;  // such an entry is none, and no fuel comes
    return true;
  }
  for (const Change& change : hit->changes) {
    if (change.count == entries + 1) apply_(change.slot);
  }
  await_next(*hit, entries + 1);
  return true;
}

}  // namespace tailbound::engine::x86_64

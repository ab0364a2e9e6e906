#include "jit/x86_64/relax.hpp"

namespace tailbound::x86_64 {

namespace {

/// A slot moves by what the jumps before it lost: between two jumps all slots move alike.
void move_addresses(std::span<const LongJump> jumps, std::span<const std::uint32_t> address,
                    std::vector<std::uint32_t>& moved) {
  std::uint32_t removed = 0;
  std::size_t slot = 0;
  const auto move_to = [&](std::size_t end) {
    for (; slot < end; ++slot) moved[slot] = address[slot] - removed;
  };
  for (const LongJump& jump : jumps) {
    move_to(jump.insn + 1);
    removed += static_cast<std::uint32_t>(long_size(jump) - jump.size);
  }
  move_to(address.size());
}

std::uint8_t size_for(const LongJump& jump, std::int32_t distance, std::int32_t forwards) {
  if (!jump.conditional && !jump.to_epilogue && distance == 0) return 0;
  return fits8(distance) && distance <= forwards ? 2 : long_size(jump);
}

bool shorten(std::span<LongJump> jumps, std::span<const std::uint32_t> moved, std::int32_t forwards) {
  bool changed = false;
  for (LongJump& jump : jumps) {
    const std::uint8_t size = size_for(jump, distance(jump, moved), forwards);
    if (size >= jump.size) continue;
    jump.size = size;
    changed = true;
  }
  return changed;
}

}  // namespace

void relax(std::vector<LongJump>& jumps, std::span<const std::uint32_t> address, std::int32_t forwards,
           std::vector<std::uint32_t>& moved) {
  moved.assign(address.begin(), address.end());
  while (shorten(jumps, moved, forwards)) move_addresses(jumps, address, moved);
}

}  // namespace tailbound::x86_64

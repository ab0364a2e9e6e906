#include "jit/x86_64/relax.hpp"

namespace tailbound::x86_64 {

namespace {

void move_addresses(std::span<const LongJump> jumps, std::span<const std::uint32_t> address,
                    std::vector<std::uint32_t>& moved) {
  moved.resize(address.size());
  std::uint32_t removed = 0;
  std::size_t next = 0;
  for (std::size_t i = 0; i < address.size(); ++i) {
    while (next < jumps.size() && jumps[next].offset < address[i]) {
      removed += long_size(jumps[next]) - jumps[next].size;
      ++next;
    }
    moved[i] = address[i] - removed;
  }
}

std::uint8_t size_for(const LongJump& jump, std::int32_t distance) {
  if (!jump.conditional && !jump.to_epilogue && distance == 0) return 0;
  return fits8(distance) ? 2 : long_size(jump);
}

}  // namespace

std::uint32_t removed_before(std::span<const LongJump> jumps, std::uint32_t offset) {
  std::uint32_t removed = 0;
  for (const LongJump& jump : jumps) {
    if (jump.offset >= offset) break;
    removed += long_size(jump) - jump.size;
  }
  return removed;
}

std::int32_t distance(const LongJump& jump, std::span<const LongJump> jumps, std::uint32_t epilogue,
                      std::span<const std::uint32_t> moved) {
  const std::uint32_t target =
      jump.to_epilogue ? epilogue - removed_before(jumps, epilogue) : moved[jump.target_insn];
  return static_cast<std::int32_t>(target - moved[jump.insn + 1]);
}

void relax(std::vector<LongJump>& jumps, std::span<const std::uint32_t> address, std::uint32_t epilogue,
           std::vector<std::uint32_t>& moved) {
  move_addresses(jumps, address, moved);
  for (bool changed = !jumps.empty(); changed;) {
    changed = false;
    for (LongJump& jump : jumps) {
      const std::uint8_t size = size_for(jump, distance(jump, jumps, epilogue, moved));
      if (size < jump.size) {
        jump.size = size;
        changed = true;
      }
    }
    if (changed) move_addresses(jumps, address, moved);
  }
}

}  // namespace tailbound::x86_64

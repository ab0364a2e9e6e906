// Shortens a function's jumps, as the kernel's passes do: from all long, each that fits 8 bits becomes short, until
// nothing changes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/x86_64/compiler.hpp"

namespace tailbound::x86_64 {

/// `address` holds the offset of every slot (and the end) with all jumps long; `moved` gets the offsets after
/// relaxation; each jump's `size` is set. `epilogue` is the offset of the epilogue (long form).
void relax(std::vector<LongJump>& jumps, std::span<const std::uint32_t> address, std::uint32_t epilogue,
           std::vector<std::uint32_t>& moved);

/// Bytes that vanish before `offset` (an offset in the long form that is not inside a jump).
std::uint32_t removed_before(std::span<const LongJump> jumps, std::uint32_t offset);

constexpr std::uint8_t long_size(const LongJump& jump) { return jump.conditional ? 6 : 5; }

/// Distance from the jump's end to its target after relaxation.
std::int32_t distance(const LongJump& jump, std::span<const LongJump> jumps, std::uint32_t epilogue,
                      std::span<const std::uint32_t> moved);

}  // namespace tailbound::x86_64

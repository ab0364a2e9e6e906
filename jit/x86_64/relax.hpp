// Shortens a function's jumps, as the kernel's passes do: from all long, each that fits 8 bits becomes short,
// until nothing changes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/x86_64/compiler.hpp"

namespace tailbound::x86_64 {

/// `address` holds the offset of every slot (and the end) with all jumps long; `moved` gets the offsets after
/// relaxation; each jump's `size` is set. A short jump leads at most `forwards` bytes ahead.
void relax(std::vector<LongJump>& jumps, std::span<const std::uint32_t> address, std::int32_t forwards,
           std::vector<std::uint32_t>& moved);

constexpr std::uint8_t long_size(const LongJump& jump) { return jump.conditional ? 6 : 5; }

/// Distance from the jump's end to its target after relaxation.
inline std::int32_t distance(const LongJump& jump, std::span<const std::uint32_t> moved) {
  return static_cast<std::int32_t>(moved[jump.target_insn] - moved[jump.insn + 1]);
}

/// Bytes that relaxation took away before offsets of the long form. Asked in ascending order, so that all of a
/// function's offsets together cost one pass over its jumps.
class Removed {
 public:
  explicit Removed(std::span<const LongJump> jumps) : jumps_(jumps) {}

  /// `offset` is not inside a jump, and not below that of the call before.
  std::uint32_t before(std::uint32_t offset) {
    for (; next_ < jumps_.size() && jumps_[next_].offset < offset; ++next_) {
      removed_ += static_cast<std::uint32_t>(long_size(jumps_[next_]) - jumps_[next_].size);
    }
    return removed_;
  }

 private:
  std::span<const LongJump> jumps_;
  std::size_t next_ = 0;
  std::uint32_t removed_ = 0;
};

}  // namespace tailbound::x86_64

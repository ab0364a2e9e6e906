#include "jit/arm64/literal.hpp"

#include <bit>

namespace tailbound::arm64 {

namespace {

std::uint16_t block_of(std::uint64_t value, unsigned block) { return static_cast<std::uint16_t>(value >> 16 * block); }

/// Blocks that are not `filler`.
unsigned blocks_besides(std::uint64_t value, std::uint16_t filler) {
  unsigned count = 0;
  for (unsigned block = 0; block < 4; ++block) count += block_of(value, block) != filler ? 1 : 0;
  return count;
}

}  // namespace

void emit_mov(Assembler& a, Sized dst, std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  const std::uint16_t low = block_of(bits, 0);
  const std::uint16_t high = block_of(bits, 1);
  if (value >= 0) {
    a.movz(dst, low, 0);
    if (high != 0) a.movk(dst, high, 1);
  } else if (high == 0xffff) {
    a.movn(dst, block_of(~bits, 0), 0);
  } else {
    a.movn(dst, block_of(~bits, 1), 1);
    if (low != 0xffff) a.movk(dst, low, 0);
  }
}

void emit_mov64(Assembler& a, X dst, std::uint64_t value) {
  if (value <= UINT32_MAX) return emit_mov(a, W{dst.reg}, static_cast<std::int32_t>(value));
  const bool inverted = blocks_besides(value, 0xffff) < blocks_besides(value, 0);
  const std::uint64_t bits = inverted ? ~value : value;
  // All ones have no block left: the lowest says so.
  unsigned block = bits == 0 ? 0 : static_cast<unsigned>(std::bit_width(bits) - 1) / 16;
  if (inverted) a.movn(dst, block_of(bits, block), block);
  else a.movz(dst, block_of(bits, block), block);
  while (block-- > 0) {
    if (block_of(bits, block) != 0) a.movk(dst, block_of(value, block), block);
  }
}

void emit_address(Assembler& a, X dst, std::uint8_t blocks) {
  bool first = true;
  for (unsigned block = 4; block-- > 0;) {
    if ((blocks >> block & 1) == 0) continue;
    first ? a.movz(dst, 0, block) : a.movk(dst, 0, block);
    first = false;
  }
  assert(!first && "an address has at least one block");
}

void emit_code_address(Assembler& a, X dst) {
  a.movn(dst, 0, 0);
  a.movk(dst, 0, 1);
  a.movk(dst, 0, 2);
}

}  // namespace tailbound::arm64

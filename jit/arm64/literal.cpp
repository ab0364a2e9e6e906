#include "jit/arm64/literal.hpp"

#include <bit>
#include <cstring>

namespace tailbound::arm64 {

namespace {

std::uint16_t block_of(std::uint64_t value, unsigned block) { return static_cast<std::uint16_t>(value >> 16 * block); }

/// Blocks that are not `filler`.
unsigned blocks_besides(std::uint64_t value, std::uint16_t filler) {
  unsigned count = 0;
  for (unsigned block = 0; block < 4; ++block) count += block_of(value, block) != filler ? 1 : 0;
  return count;
}

/// A move of 16 bits: movn, movz or movk.
struct Move {
  enum class Kind : std::uint8_t { movn, unused, movz, movk };
  Kind kind;
  bool wide;
  unsigned block;
  std::uint16_t bits;
  Gp dst;
};

std::optional<Move> move_at(std::span<const std::uint8_t> code, std::uint32_t offset) {
  std::uint32_t insn = 0;
  if (std::uint64_t{offset} + word_bytes > code.size()) return std::nullopt;
  std::memcpy(&insn, code.data() + offset, sizeof insn);
  const Move move = {.kind = static_cast<Move::Kind>(insn >> 29 & 3),
                     .wide = (insn >> 31) != 0,
                     .block = insn >> 21 & 3,
                     .bits = static_cast<std::uint16_t>(insn >> 5),
                     .dst = static_cast<Gp>(insn & 31)};
  const bool is_move = (insn >> 23 & 0x3f) == 0b100101 && move.kind != Move::Kind::unused;
  return is_move && (move.wide || move.block < 2) ? std::optional(move) : std::nullopt;
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

std::optional<Literal> read_literal(std::span<const std::uint8_t> code, std::uint32_t offset) {
  const std::optional<Move> first = move_at(code, offset);
  if (!first || first->kind == Move::Kind::movk) return std::nullopt;
  const std::uint64_t bits = std::uint64_t{first->bits} << 16 * first->block;
  Literal out = {.dst = first->dst,
                 .wide = first->wide,
                 .value = first->kind == Move::Kind::movn ? ~bits : bits,
                 .bytes = word_bytes};
  for (auto next = move_at(code, offset + out.bytes);
       next && next->kind == Move::Kind::movk && next->dst == out.dst && next->wide == out.wide;
       next = move_at(code, offset + out.bytes)) {
    const unsigned shift = 16 * next->block;
    out.value = (out.value & ~(std::uint64_t{0xffff} << shift)) | std::uint64_t{next->bits} << shift;
    out.bytes += word_bytes;
  }
  if (!out.wide) out.value &= UINT32_MAX;
  return out;
}

}  // namespace tailbound::arm64

// Numbers into registers, by the moves of 16 bits that the kernel's JIT chooses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "jit/arm64/assembler.hpp"

namespace tailbound::arm64 {

/// dst = value, sign-extended where dst is wide.
void emit_mov(Assembler& a, Sized dst, std::int32_t value);
/// dst = value; in the 32-bit form below 2^32.
void emit_mov64(Assembler& a, X dst, std::uint64_t value);

// Addresses that are not known yet: link fills the 16-bit blocks (link.hpp).
/// Moves of the blocks in `blocks` (bit n is bits 16·n …), the highest first.
void emit_address(Assembler& a, X dst, std::uint8_t blocks);
/// 48 bits, lowest block first, as kernels write the address of code.
void emit_code_address(Assembler& a, X dst);

/// A number that moves make, in code.
struct Literal {
  Gp dst = Gp::x0;
  bool wide = true;
  std::uint64_t value = 0;
  std::uint32_t bytes = 0;  // of the moves

  bool operator==(const Literal&) const = default;
};
/// The movz or movn at `offset` and the movks of the same register behind it; nothing where there is none.
std::optional<Literal> read_literal(std::span<const std::uint8_t> code, std::uint32_t offset);

}  // namespace tailbound::arm64

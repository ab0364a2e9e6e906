// The arithmetic of the interpreter: what each ALU and jump operation computes (RFC 9669 sections 4.1 to 4.3).
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "jit/bpf/insn.hpp"

namespace tailbound::engine::interpreter {

/// The low `bits` bits of `value`, signed.
template <class Word>
constexpr Word sign_extended(Word value, int bits) {
  const int unused = std::numeric_limits<Word>::digits - bits;
  return static_cast<Word>(static_cast<std::make_signed_t<Word>>(value << unused) >> unused);
}

/// Division by zero gives 0; the least number divided by -1 is itself.
template <class Word>
constexpr Word quotient(Word left, Word right, bool is_signed) {
  using Signed = std::make_signed_t<Word>;
  if (right == 0) return 0;
  if (!is_signed) return left / right;
  if (right == static_cast<Word>(-1)) return static_cast<Word>(0) - left;
  return static_cast<Word>(static_cast<Signed>(left) / static_cast<Signed>(right));
}

/// Modulo zero leaves the left side; signed, the sign is the left side's (truncated division).
template <class Word>
constexpr Word remainder(Word left, Word right, bool is_signed) {
  using Signed = std::make_signed_t<Word>;
  if (right == 0) return left;
  if (!is_signed) return left % right;
  if (right == static_cast<Word>(-1)) return 0;
  return static_cast<Word>(static_cast<Signed>(left) % static_cast<Signed>(right));
}

/// `off` is 1 for signed division and modulo, and the width of a sign-extending move.
template <class Word>
constexpr Word computed(bpf::AluOp op, Word left, Word right, std::int16_t off) {
  constexpr Word amount_mask = std::numeric_limits<Word>::digits - 1;
  const Word amount = right & amount_mask;
  switch (op) {
    case bpf::AluOp::add: return left + right;
    case bpf::AluOp::sub: return left - right;
    case bpf::AluOp::mul: return left * right;
    case bpf::AluOp::div: return quotient(left, right, off == 1);
    case bpf::AluOp::bit_or: return left | right;
    case bpf::AluOp::bit_and: return left & right;
    case bpf::AluOp::lsh: return static_cast<Word>(left << amount);
    case bpf::AluOp::rsh: return static_cast<Word>(left >> amount);
    case bpf::AluOp::neg: return static_cast<Word>(0) - left;
    case bpf::AluOp::mod: return remainder(left, right, off == 1);
    case bpf::AluOp::bit_xor: return left ^ right;
    case bpf::AluOp::mov: return off == 0 ? right : sign_extended(right, off);
    case bpf::AluOp::arsh: return static_cast<Word>(static_cast<std::make_signed_t<Word>>(left) >> amount);
    case bpf::AluOp::end: break;  // byte_swapped
  }
  return left;
}

/// The three byte-order instructions: to little-endian truncates, to big-endian and bswap reverse the bytes.
/// The interpreted machine is little-endian, as the engines that it is compared with.
constexpr std::uint64_t byte_swapped(const bpf::Insn& insn, std::uint64_t value) {
  const bool reverses = bpf::class_of(insn) == bpf::opcode::alu64 || bpf::uses_src_register(insn);
  const auto swapped = [reverses](auto bytes) { return reverses ? std::byteswap(bytes) : bytes; };
  if (insn.imm == 16) return swapped(static_cast<std::uint16_t>(value));
  if (insn.imm == 32) return swapped(static_cast<std::uint32_t>(value));
  return swapped(value);
}

/// Whether a jump is taken; `ja` always is.
template <class Word>
constexpr bool holds(bpf::JumpOp op, Word left, Word right) {
  using Signed = std::make_signed_t<Word>;
  const auto signed_left = static_cast<Signed>(left);
  const auto signed_right = static_cast<Signed>(right);
  switch (op) {
    case bpf::JumpOp::ja: return true;
    case bpf::JumpOp::jeq: return left == right;
    case bpf::JumpOp::jgt: return left > right;
    case bpf::JumpOp::jge: return left >= right;
    case bpf::JumpOp::jset: return (left & right) != 0;
    case bpf::JumpOp::jne: return left != right;
    case bpf::JumpOp::jsgt: return signed_left > signed_right;
    case bpf::JumpOp::jsge: return signed_left >= signed_right;
    case bpf::JumpOp::jlt: return left < right;
    case bpf::JumpOp::jle: return left <= right;
    case bpf::JumpOp::jslt: return signed_left < signed_right;
    case bpf::JumpOp::jsle: return signed_left <= signed_right;
    case bpf::JumpOp::call: break;
    case bpf::JumpOp::exit: break;
  }
  return false;
}

}  // namespace tailbound::engine::interpreter

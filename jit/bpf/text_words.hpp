// The words of the assembler notation, one list each: what to_text prints is what assemble reads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/insn.hpp"

namespace tailbound::bpf::words {

/// `r1 s/= r2`: off 1 makes a division signed.
struct AluWord {
  std::string_view text;
  AluOp op;
  std::int16_t off = 0;
};
inline constexpr auto alu = std::to_array<AluWord>({
    {"=", AluOp::mov}, {"+=", AluOp::add}, {"-=", AluOp::sub}, {"*=", AluOp::mul}, {"/=", AluOp::div},
    {"s/=", AluOp::div, 1}, {"%=", AluOp::mod}, {"s%=", AluOp::mod, 1}, {"|=", AluOp::bit_or},
    {"&=", AluOp::bit_and}, {"^=", AluOp::bit_xor}, {"<<=", AluOp::lsh}, {">>=", AluOp::rsh},
    {"s>>=", AluOp::arsh},
});

struct JumpWord {
  std::string_view text;
  JumpOp op;
};
inline constexpr auto jump = std::to_array<JumpWord>({
    {"==", JumpOp::jeq}, {"!=", JumpOp::jne}, {">", JumpOp::jgt}, {">=", JumpOp::jge}, {"<", JumpOp::jlt},
    {"<=", JumpOp::jle}, {"s>", JumpOp::jsgt}, {"s>=", JumpOp::jsge}, {"s<", JumpOp::jslt},
    {"s<=", JumpOp::jsle}, {"&", JumpOp::jset},
});

/// The type in an access: `*(u16 *)`.
struct WidthWord {
  std::string_view plain;
  std::string_view sign_extended;
  Width width;
};
inline constexpr auto width = std::to_array<WidthWord>({
    {"u8", "s8", Width::b1}, {"u16", "s16", Width::b2}, {"u32", "s32", Width::b4}, {"u64", "", Width::b8},
});

/// `lock *(u64 *)(r1 + 8) += r2` and `r2 = atomic_fetch_add((u64 *)(r1 + 8), r2)`.
struct AtomicWord {
  std::string_view assignment;
  std::string_view fetch;
  std::int32_t imm;
};
inline constexpr auto atomic = std::to_array<AtomicWord>({
    {"+=", "atomic_fetch_add", 0x00}, {"|=", "atomic_fetch_or", 0x40}, {"&=", "atomic_fetch_and", 0x50},
    {"^=", "atomic_fetch_xor", 0xa0},
});
inline constexpr std::int32_t atomic_fetch = 0x01, atomic_xchg = 0xe1, atomic_cmpxchg = 0xf1;

/// `r2 = xchg_64(r1 + 8, r2)` and `r0 = cmpxchg_64(r1 + 8, r0, r2)`; the 32-bit names are LLVM's.
struct ExchangeWord {
  std::string_view text;
  std::int32_t imm;
  Width width;
};
inline constexpr auto exchange = std::to_array<ExchangeWord>({
    {"xchg_64", atomic_xchg, Width::b8}, {"xchg32_32", atomic_xchg, Width::b4},
    {"cmpxchg_64", atomic_cmpxchg, Width::b8}, {"cmpxchg32_32", atomic_cmpxchg, Width::b4},
});

/// `r1 = le16 r1`.
struct SwapWord {
  std::string_view text;
  std::uint8_t opcode;
  std::int32_t bits;
};
inline constexpr auto swap = std::to_array<SwapWord>({
    {"le16", 0xd4, 16}, {"le32", 0xd4, 32}, {"le64", 0xd4, 64}, {"be16", 0xdc, 16}, {"be32", 0xdc, 32},
    {"be64", 0xdc, 64}, {"bswap16", 0xd7, 16}, {"bswap32", 0xd7, 32}, {"bswap64", 0xd7, 64},
});

/// What follows the word of a two-slot load that is no plain value.
enum class Imm64Operand : std::uint8_t { index, index_and_offset, distance };

/// `r1 = map 3`, `r1 = map_value 3 + 16`, `r1 = code_addr +5`.
struct Imm64Word {
  std::string_view text;
  std::uint8_t src;
  Imm64Operand operand;
};
inline constexpr auto imm64 = std::to_array<Imm64Word>({
    {"map", 1, Imm64Operand::index}, {"map_value", 2, Imm64Operand::index_and_offset},
    {"var_addr", 3, Imm64Operand::index}, {"code_addr", 4, Imm64Operand::distance},
    {"map_idx", 5, Imm64Operand::index}, {"map_idx_value", 6, Imm64Operand::index_and_offset},
});

/// The entry of a list whose member has this value, or nullptr.
template <class List, class Value, class Member>
constexpr const typename List::value_type* find(const List& list, const Value& value, Member member) {
  for (const auto& entry : list) {
    if (entry.*member == value) return &entry;
  }
  return nullptr;
}

}  // namespace tailbound::bpf::words

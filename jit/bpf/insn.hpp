// eBPF instructions as they lie in memory (RFC 9669 section 3), and typed builders for them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace tailbound::bpf {

/// A BPF register; r10 is the read-only frame pointer (RFC 9669 section 2.1).
enum class Reg : std::uint8_t { r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10 };

inline constexpr std::uint8_t register_count = 11;

/// Access width in bytes.
enum class Width : std::uint8_t { b1 = 1, b2 = 2, b4 = 4, b8 = 8 };

/// ALU operations; the value is the code nibble of the opcode (RFC 9669 table 3).
enum class AluOp : std::uint8_t {
  add = 0x0, sub = 0x1, mul = 0x2, div = 0x3, bit_or = 0x4, bit_and = 0x5, lsh = 0x6, rsh = 0x7,
  neg = 0x8, mod = 0x9, bit_xor = 0xa, mov = 0xb, arsh = 0xc, end = 0xd,
};

/// Jump operations; the value is the code nibble of the opcode (RFC 9669 table 7).
enum class JumpOp : std::uint8_t {
  ja = 0x0, jeq = 0x1, jgt = 0x2, jge = 0x3, jset = 0x4, jne = 0x5, jsgt = 0x6, jsge = 0x7,
  call = 0x8, exit = 0x9, jlt = 0xa, jle = 0xb, jslt = 0xc, jsle = 0xd,
};

/// Source-register values of a two-slot load (RFC 9669 section 5.4).
enum class Imm64Kind : std::uint8_t { value = 0, map = 1, map_value = 2 };

/// One 64-bit slot. A two-slot load is two of them, the second with opcode 0 and the high half in imm.
struct Insn {
  std::uint8_t opcode = 0;
  std::uint8_t dst = 0;
  std::uint8_t src = 0;
  std::int16_t off = 0;
  std::int32_t imm = 0;

  auto operator<=>(const Insn&) const = default;
};

namespace opcode {
inline constexpr std::uint8_t class_mask = 0x07;
inline constexpr std::uint8_t ld = 0x00, ldx = 0x01, st = 0x02, stx = 0x03;
inline constexpr std::uint8_t alu32 = 0x04, jmp = 0x05, jmp32 = 0x06, alu64 = 0x07;
inline constexpr std::uint8_t src_register = 0x08;
inline constexpr std::uint8_t mode_mask = 0xe0, size_mask = 0x18;
inline constexpr std::uint8_t mode_imm = 0x00, mode_mem = 0x60, mode_memsx = 0x80, mode_atomic = 0xc0;
inline constexpr std::uint8_t size_w = 0x00, size_h = 0x08, size_b = 0x10, size_dw = 0x18;
inline constexpr std::uint8_t load_imm64 = 0x18, call = 0x85, exit = 0x95, ja = 0x05, ja32 = 0x06;
/// A barrier against speculation; no program has it, a verifier writes it.
inline constexpr std::uint8_t no_speculation = 0xc2;
}  // namespace opcode

constexpr std::uint8_t class_of(const Insn& insn) { return insn.opcode & opcode::class_mask; }
constexpr bool is_two_slot(const Insn& insn) { return insn.opcode == opcode::load_imm64; }
constexpr AluOp alu_op(const Insn& insn) { return static_cast<AluOp>(insn.opcode >> 4); }
constexpr JumpOp jump_op(const Insn& insn) { return static_cast<JumpOp>(insn.opcode >> 4); }
constexpr bool uses_src_register(const Insn& insn) { return (insn.opcode & opcode::src_register) != 0; }

constexpr bool is_exit(const Insn& insn) { return insn.opcode == opcode::exit; }
constexpr bool is_local_call(const Insn& insn) { return insn.opcode == opcode::call && insn.src == 1; }
constexpr bool is_helper_call(const Insn& insn) { return insn.opcode == opcode::call && insn.src == 0; }

/// bpf_tail_call is helper 12 in bytecode as written.
inline constexpr std::int32_t helper_tail_call = 12;
constexpr bool is_tail_call(const Insn& insn) { return is_helper_call(insn) && insn.imm == helper_tail_call; }

constexpr std::uint8_t size_bits(Width width) {
  switch (width) {
    case Width::b1: return opcode::size_b;
    case Width::b2: return opcode::size_h;
    case Width::b4: return opcode::size_w;
    case Width::b8: return opcode::size_dw;
  }
  return opcode::size_dw;
}

constexpr Width width_of(const Insn& insn) {
  switch (insn.opcode & opcode::size_mask) {
    case opcode::size_b: return Width::b1;
    case opcode::size_h: return Width::b2;
    case opcode::size_w: return Width::b4;
    default: return Width::b8;
  }
}

/// Builders: each returns one slot whose unused fields are zero.
namespace build {
constexpr std::uint8_t num(Reg reg) { return static_cast<std::uint8_t>(reg); }
constexpr std::uint8_t code(AluOp op) { return static_cast<std::uint8_t>(static_cast<unsigned>(op) << 4); }
constexpr std::uint8_t code(JumpOp op) { return static_cast<std::uint8_t>(static_cast<unsigned>(op) << 4); }

constexpr Insn alu(AluOp op, Reg dst, std::int32_t imm) {
  return {static_cast<std::uint8_t>(opcode::alu64 | code(op)), num(dst), 0, 0, imm};
}
constexpr Insn alu(AluOp op, Reg dst, Reg src) {
  return {static_cast<std::uint8_t>(opcode::alu64 | opcode::src_register | code(op)), num(dst), num(src), 0, 0};
}
constexpr Insn alu32(AluOp op, Reg dst, std::int32_t imm) {
  return {static_cast<std::uint8_t>(opcode::alu32 | code(op)), num(dst), 0, 0, imm};
}
constexpr Insn alu32(AluOp op, Reg dst, Reg src) {
  return {static_cast<std::uint8_t>(opcode::alu32 | opcode::src_register | code(op)), num(dst), num(src), 0, 0};
}
constexpr Insn mov(Reg dst, Reg src) { return alu(AluOp::mov, dst, src); }
constexpr Insn mov(Reg dst, std::int32_t imm) { return alu(AluOp::mov, dst, imm); }
constexpr Insn load(Width width, Reg dst, Reg base, std::int16_t off) {
  return {static_cast<std::uint8_t>(opcode::ldx | opcode::mode_mem | size_bits(width)), num(dst), num(base), off, 0};
}
constexpr Insn store(Width width, Reg base, std::int16_t off, Reg src) {
  return {static_cast<std::uint8_t>(opcode::stx | opcode::mode_mem | size_bits(width)), num(base), num(src), off, 0};
}
constexpr Insn store(Width width, Reg base, std::int16_t off, std::int32_t imm) {
  return {static_cast<std::uint8_t>(opcode::st | opcode::mode_mem | size_bits(width)), num(base), 0, off, imm};
}
constexpr Insn jump(JumpOp op, Reg dst, std::int32_t imm, std::int16_t off) {
  return {static_cast<std::uint8_t>(opcode::jmp | code(op)), num(dst), 0, off, imm};
}
constexpr Insn jump(JumpOp op, Reg dst, Reg src, std::int16_t off) {
  return {static_cast<std::uint8_t>(opcode::jmp | opcode::src_register | code(op)), num(dst), num(src), off, 0};
}
constexpr Insn go_to(std::int16_t off) { return {opcode::ja, 0, 0, off, 0}; }
constexpr Insn call_helper(std::int32_t helper) { return {opcode::call, 0, 0, 0, helper}; }
/// `distance` counts slots from the next instruction to the callee's first.
constexpr Insn call_local(std::int32_t distance) { return {opcode::call, 0, 1, 0, distance}; }
constexpr Insn exit() { return {opcode::exit, 0, 0, 0, 0}; }
/// First and second slot of a two-slot load; for maps `low` is the map's index and `high` an offset.
constexpr Insn imm64_low(Reg dst, Imm64Kind kind, std::int32_t low) {
  return {opcode::load_imm64, num(dst), static_cast<std::uint8_t>(kind), 0, low};
}
constexpr Insn imm64_high(std::int32_t high) { return {0, 0, 0, 0, high}; }
}  // namespace build

}  // namespace tailbound::bpf

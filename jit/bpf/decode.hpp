// The typed table of every instruction of RFC 9669 and the v4 ISA, and decode and encode over it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/insn.hpp"

namespace tailbound::bpf {

/// How an instruction's operands read; it decides which fields are used and so which must be zero.
enum class Form : std::uint8_t {
  alu_imm, alu_reg, alu_unary, movsx, byte_swap,
  load, load_sx, store_imm, store_reg, atomic,
  load_imm64, jump_imm, jump_reg, jump_always, jump_always32, call_helper, call_local, call_kfunc, exit,
};

/// One row a distinct instruction: opcode plus the discriminating src, off or imm where it has one.
struct InsnRow {
  std::string_view mnemonic;  // unique, e.g. "add64_imm", "ldx_b", "atomic_fetch_add_dw"
  Form form;
  std::uint8_t opcode;
  std::int16_t off = 0;  // discriminator: sdiv/smod 1, movsx 8/16/32
  std::int32_t imm = 0;  // discriminator: byte swap width, atomic operation
  std::uint8_t src = 0;  // discriminator: call kind; for load_imm64 any of 0..6
};

/// Every instruction there is, each once.
std::span<const InsnRow> insn_table();

/// The row that this slot is, or nullptr: undefined opcode or discriminator.
const InsnRow* find_row(const Insn& insn);

/// The sentence that says why this slot (at this position) is no valid instruction; empty when it is one.
/// Checks opcode, reserved fields, registers above 10 and writes to r10. Not the second slot of a load.
std::string_view slot_fault(const Insn& insn);

/// Checks a whole program of one or more functions: each slot, two-slot pairs, jump and local-call targets
/// inside the program and never into the middle of a two-slot load, last instruction an exit or a jump back.
std::expected<void, InsnError> validate(std::span<const Insn> program);

/// Bytes (little-endian, 8 a slot) to slots; the length must be a multiple of 8. Does not validate.
std::expected<std::vector<Insn>, InsnError> decode(std::span<const std::byte> bytes);

/// One slot as its 64-bit little-endian word, and back. Total, and each other's inverse.
std::uint64_t to_word(const Insn& insn);
Insn from_word(std::uint64_t word);

/// Slots to bytes, 8 each.
std::vector<std::byte> encode(std::span<const Insn> program);

}  // namespace tailbound::bpf

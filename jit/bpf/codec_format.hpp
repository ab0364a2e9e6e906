// The binary form, as both directions see it. In short:
//
//   header flags, limits, fuel, seed | maps | prog_arrays | programs | events | names
//
// Numbers are one byte up to 0xf7; 0xf8 + n says that n + 1 bytes follow, little-endian. Lists whose elements a
// mutation likes to insert or drop (statements, events, expectations) are tags up to a 0; the others have a
// count in front. Zero is always the plainest choice, and stands for whatever is missing at the end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf::codec {

inline constexpr std::uint8_t longest_plain = 0xf7;

/// Bits of the header byte above the program type (its low two bits).
namespace header {
inline constexpr std::uint8_t type_mask = 3, has_limits = 4, has_fuel = 8, has_seed = 16, has_names = 32;
inline constexpr std::uint8_t no_first_run = 64;  // else the events begin with a plain run of program 0
}  // namespace header

/// Bits of a function's first byte above keep (its low four bits).
namespace function_flag {
inline constexpr std::uint8_t has_stack = 16;
}

inline constexpr std::uint8_t program_types = 3;
inline constexpr std::uint8_t tag_mask = 7;

/// Low three bits of a statement's byte. `end` in the place of a function's last return stands for `return 0`.
enum class StatementTag : std::uint8_t { end, evaluate, tail_call, helper, store, asm_block, branch, leave };

/// An expression's first byte is its first operand's tag plus operand_tags times the number of operators.
enum class OperandTag : std::uint8_t { constant, call, entries, data, cell };
inline constexpr std::uint8_t operand_tags = 5;

/// An operator's byte is the ExprOp plus expr_ops times the operand's tag.
inline constexpr std::uint8_t expr_ops = 8;
inline constexpr std::uint8_t compares = 11;

/// A helper statement keeps its helper above the tag.
inline constexpr unsigned above_tag = 3;

/// An instruction's first byte is 0 for mov64_imm, else 1 plus its row in insn_table().
inline constexpr std::uint8_t plain_move = 0;

enum class EventTag : std::uint8_t { end, run, set_slot, clear_slot, set_cell, at_entry, attach, detach };

/// At-entry: whether the slot is emptied stands above the tag. Attach: the kind does.
inline constexpr std::uint8_t attach_kinds = 3;

/// 0 ends the list, else 1 plus the kind.
inline constexpr std::uint8_t expect_tags = 7;

/// Small magnitudes of both signs become small numbers.
constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
constexpr std::int32_t unzigzag(std::uint32_t value) {
  return static_cast<std::int32_t>((value >> 1) ^ (0U - (value & 1)));
}

/// The fields of an instruction that its form leaves open; what is not open is as in the row.
struct OpenFields {
  bool registers = false, off = false, imm = false;
};

constexpr OpenFields open_fields(Form form) {
  switch (form) {
    case Form::alu_imm: return {.registers = true, .imm = true};
    case Form::alu_reg:
    case Form::alu_unary:
    case Form::movsx:
    case Form::byte_swap:
      return {.registers = true};
    case Form::load: case Form::load_sx: case Form::store_reg: case Form::atomic:
      return {.registers = true, .off = true};
    case Form::store_imm: return {.registers = true, .off = true, .imm = true};
    case Form::load_imm64: return {.registers = true, .imm = true};
    case Form::jump_imm: return {.registers = true, .off = true, .imm = true};
    case Form::jump_reg: return {.registers = true, .off = true};
    case Form::jump_always: return {.off = true};
    case Form::jump_always32: return {.imm = true};
    case Form::call_helper: case Form::call_local: case Form::call_kfunc: case Form::exit: return {};
  }
  return {};
}

}  // namespace tailbound::bpf::codec

// Bytes to slots and back, and the checks that say why bytecode is not a valid program.
#include "jit/bpf/decode.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace tailbound::bpf {
namespace {

constexpr std::size_t slot_bytes = 8;
constexpr std::uint8_t frame_pointer = 10;
constexpr std::uint8_t mode_abs = 0x20, mode_ind = 0x40;

bool is_legacy_packet_access(const Insn& insn) {
  const int mode = insn.opcode & opcode::mode_mask;
  return class_of(insn) == opcode::ld && (mode == mode_abs || mode == mode_ind);
}

/// Later than RFC 9669, and the only atomics that have byte and half-word forms.
bool is_acquire_or_release(const Insn& insn) {
  constexpr std::int32_t load_acquire = 0x100, store_release = 0x110;
  return class_of(insn) == opcode::stx && (insn.opcode & opcode::mode_mask) == opcode::mode_atomic &&
         (insn.imm == load_acquire || insn.imm == store_release);
}

const InsnRow* any_row_of(std::uint8_t code) {
  const auto rows = insn_table();
  const auto found = std::ranges::find(rows, code, &InsnRow::opcode);
  return found == rows.end() ? nullptr : &*found;
}

std::string_view no_discriminator(const InsnRow& relative, const Insn& insn) {
  switch (relative.form) {
    case Form::load_imm64: return "src names no kind of two-slot load, expected 0 to 6";
    case Form::call_helper: case Form::call_local: case Form::call_kfunc:
      return "src names no kind of call, expected 0 (helper), 1 (local) or 2 (kfunc)";
    case Form::byte_swap: return "imm is no width of a byte swap, expected 16, 32 or 64";
    case Form::atomic: return "imm names no atomic operation, expected one of RFC 9669";
    case Form::alu_imm: case Form::alu_reg: case Form::movsx:
      if (alu_op(insn) != AluOp::mov) return "off selects no division, expected 0 (unsigned) or 1 (signed)";
      return "off is no width of a sign-extending move, expected 0, 8, 16 or (in ALU64) 32";
    case Form::alu_unary: case Form::load: case Form::load_sx: case Form::store_imm: case Form::store_reg:
    case Form::jump_imm: case Form::jump_reg: case Form::jump_always: case Form::jump_always32:
    case Form::exit:
      break;  // the only row of their opcode: find_row never refuses them
  }
  assert(false && "find_row refused an opcode that has one row");
  return "undefined instruction";
}

/// Why find_row knows no row for this slot.
std::string_view unknown_reason(const Insn& insn) {
  if (is_legacy_packet_access(insn)) {
    return "legacy packet access (ABS or IND) is not supported, expected an ldx load";
  }
  if (is_acquire_or_release(insn)) return "load_acquire and store_release are not in RFC 9669";
  const InsnRow* relative = any_row_of(insn.opcode);
  if (relative == nullptr) return "undefined opcode, expected one of RFC 9669";
  return no_discriminator(*relative, insn);
}

struct UsedFields {
  bool dst = false, src = false, off = false, imm = false;
};

constexpr UsedFields used_fields(Form form) {
  switch (form) {
    case Form::alu_imm: return {.dst = true, .imm = true};
    case Form::alu_reg: return {.dst = true, .src = true};
    case Form::alu_unary: return {.dst = true};
    case Form::movsx: return {.dst = true, .src = true};
    case Form::byte_swap: return {.dst = true};
    case Form::load: return {.dst = true, .src = true, .off = true};
    case Form::load_sx: return {.dst = true, .src = true, .off = true};
    case Form::store_imm: return {.dst = true, .off = true, .imm = true};
    case Form::store_reg: return {.dst = true, .src = true, .off = true};
    case Form::atomic: return {.dst = true, .src = true, .off = true};
    case Form::load_imm64: return {.dst = true, .src = true, .imm = true};
    case Form::jump_imm: return {.dst = true, .off = true, .imm = true};
    case Form::jump_reg: return {.dst = true, .src = true, .off = true};
    case Form::jump_always: return {.off = true};
    case Form::jump_always32: return {.imm = true};
    case Form::call_helper: return {.imm = true};
    case Form::call_local: return {.imm = true};
    case Form::call_kfunc: return {.imm = true};
    case Form::exit: return {};
  }
  return {};
}

/// An unused field holds the row's discriminator, which is 0 where the row has none.
std::string_view reserved_fault(const InsnRow& row, const Insn& insn) {
  const UsedFields used = used_fields(row.form);
  if (!used.dst && insn.dst != 0) return "dst is not used by this instruction, expected 0";
  if (!used.src && insn.src != row.src) return "src is not used by this instruction, expected 0";
  if (!used.off && insn.off != row.off) return "off is not used by this instruction, expected 0";
  if (!used.imm && insn.imm != row.imm) return "imm is not used by this instruction, expected 0";
  return {};
}

std::string_view register_fault(const Insn& insn) {
  if (insn.dst >= register_count) return "dst is above the last register, expected r0 to r10";
  if (insn.src >= register_count) return "src is above the last register, expected r0 to r10";
  return {};
}

bool fetches_into_src(const Insn& insn) {
  constexpr std::int32_t fetch = 0x01, cmpxchg = 0xf1;  // cmpxchg answers in r0 instead
  return (insn.imm & fetch) != 0 && insn.imm != cmpxchg;
}

bool writes_frame_pointer(Form form, const Insn& insn) {
  switch (form) {
    case Form::alu_imm: case Form::alu_reg: case Form::alu_unary: case Form::movsx: case Form::byte_swap:
    case Form::load: case Form::load_sx: case Form::load_imm64: return insn.dst == frame_pointer;
    case Form::atomic: return insn.src == frame_pointer && fetches_into_src(insn);
    case Form::store_imm: case Form::store_reg: case Form::jump_imm: case Form::jump_reg:
    case Form::jump_always: case Form::jump_always32: case Form::call_helper: case Form::call_local:
    case Form::call_kfunc: case Form::exit: return false;
  }
  return false;
}

std::string_view second_slot_fault(const Insn& first, const Insn& second) {
  if (second.opcode != 0) return "second slot of a two-slot load has an opcode, expected 0";
  if (second.dst != 0 || second.src != 0 || second.off != 0) {
    return "second slot of a two-slot load has dst, src or off set, expected 0";
  }
  constexpr std::uint8_t value = 0, map_value = 2, map_idx_value = 6;
  const bool uses_high = first.src == value || first.src == map_value || first.src == map_idx_value;
  if (!uses_high && second.imm != 0) return "second slot's imm is not used by this kind of load, expected 0";
  return {};
}

using Program = std::span<const Insn>;

std::unexpected<InsnError> fault(std::size_t index, std::string message) {
  return std::unexpected(InsnError{static_cast<std::uint32_t>(index), std::move(message)});
}

std::expected<void, InsnError> check_slots(Program program) {
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (const auto why = slot_fault(program[i]); !why.empty()) return fault(i, std::string(why));
    if (!is_two_slot(program[i])) continue;
    if (i + 1 == program.size()) return fault(i, "two-slot load is cut, expected a second slot after it");
    if (const auto why = second_slot_fault(program[i], program[i + 1]); !why.empty()) {
      return fault(i + 1, std::string(why));
    }
    ++i;
  }
  return {};
}

/// The distance that a valid slot refers to, counted from the slot after it.
std::optional<std::int64_t> distance_of(const Insn& insn) {
  const InsnRow* row = find_row(insn);
  if (row == nullptr) return std::nullopt;  // a second slot
  switch (row->form) {
    case Form::jump_always: case Form::jump_imm: case Form::jump_reg: return insn.off;
    case Form::jump_always32: case Form::call_local: return insn.imm;
    case Form::load_imm64: {
      constexpr std::uint8_t code_addr = 4;
      return insn.src == code_addr ? std::optional<std::int64_t>(insn.imm) : std::nullopt;
    }
    case Form::alu_imm: case Form::alu_reg: case Form::alu_unary: case Form::movsx: case Form::byte_swap:
    case Form::load: case Form::load_sx: case Form::store_imm: case Form::store_reg: case Form::atomic:
    case Form::call_helper: case Form::call_kfunc: case Form::exit: return std::nullopt;
  }
  return std::nullopt;
}

// check_slots has passed, so a second slot has opcode 0 and looking one slot back is enough.
bool is_second_slot(Program program, std::size_t index) {
  return index > 0 && is_two_slot(program[index - 1]);
}

std::expected<void, InsnError> check_targets(Program program) {
  const auto size = static_cast<std::int64_t>(program.size());
  for (std::size_t i = 0; i < program.size(); ++i) {
    const auto distance = distance_of(program[i]);
    if (!distance) continue;
    const std::int64_t target = static_cast<std::int64_t>(i) + 1 + *distance;
    if (target < 0 || target >= size) {
      return fault(i, "target " + std::to_string(target) + " is outside the program, expected 0 to " +
                          std::to_string(size - 1));
    }
    if (is_second_slot(program, static_cast<std::size_t>(target))) {
      return fault(i, "target " + std::to_string(target) +
                          " is the second slot of a two-slot load, expected an instruction's first slot");
    }
  }
  return {};
}

bool ends_a_path(const Insn& insn) {
  return is_exit(insn) || insn.opcode == opcode::ja || insn.opcode == opcode::ja32;
}

std::uint64_t read_word(std::span<const std::byte> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return word;
}

template <class Value>
Value field(std::uint64_t word, unsigned shift) { return static_cast<Value>(word >> shift); }

}  // namespace

std::string_view slot_fault(const Insn& insn) {
  const InsnRow* row = find_row(insn);
  if (row == nullptr) return unknown_reason(insn);
  if (const auto why = register_fault(insn); !why.empty()) return why;
  if (const auto why = reserved_fault(*row, insn); !why.empty()) return why;
  if (writes_frame_pointer(row->form, insn)) {
    return "writes the read-only frame pointer r10, expected r0 to r9";
  }
  return {};
}

std::expected<void, InsnError> validate(std::span<const Insn> program) {
  if (program.empty()) return fault(0, "program is empty, expected at least one instruction");
  if (auto slots = check_slots(program); !slots) return slots;
  if (auto targets = check_targets(program); !targets) return targets;
  if (!ends_a_path(program.back())) {
    return fault(program.size() - 1, "falls off the end of the program, expected an exit or a jump back");
  }
  return {};
}

std::uint64_t to_word(const Insn& insn) {
  const auto off = static_cast<std::uint16_t>(insn.off);
  const auto imm = static_cast<std::uint32_t>(insn.imm);
  return std::uint64_t{insn.opcode} | (insn.dst & 0xfULL) << 8 | (insn.src & 0xfULL) << 12 |
         std::uint64_t{off} << 16 | std::uint64_t{imm} << 32;
}

Insn from_word(std::uint64_t word) {
  return {.opcode = field<std::uint8_t>(word, 0),
          .dst = static_cast<std::uint8_t>(field<std::uint8_t>(word, 8) & 0xf),
          .src = static_cast<std::uint8_t>(field<std::uint8_t>(word, 12) & 0xf),
          .off = field<std::int16_t>(word, 16),
          .imm = field<std::int32_t>(word, 32)};
}

std::expected<std::vector<Insn>, InsnError> decode(std::span<const std::byte> bytes) {
  if (bytes.size() % slot_bytes != 0) {
    return fault(bytes.size() / slot_bytes, "bytes end inside a slot (" + std::to_string(bytes.size()) +
                                                " bytes), expected a multiple of 8");
  }
  std::vector<Insn> slots;
  slots.reserve(bytes.size() / slot_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += slot_bytes) {
    slots.push_back(from_word(read_word(bytes.subspan(at, slot_bytes))));
  }
  return slots;
}

std::vector<std::byte> encode(std::span<const Insn> program) {
  std::vector<std::byte> bytes;
  bytes.reserve(program.size() * slot_bytes);
  for (const Insn& insn : program) {
    const std::uint64_t word = to_word(insn);
    for (unsigned i = 0; i < slot_bytes; ++i) bytes.push_back(static_cast<std::byte>(word >> (8 * i)));
  }
  return bytes;
}

}  // namespace tailbound::bpf

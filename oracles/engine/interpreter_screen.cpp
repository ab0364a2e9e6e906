// The interpreter's own statement of what RFC 9669 defines, field by field.
#include "oracles/engine/interpreter_screen.hpp"

namespace tailbound::engine::interpreter {

namespace {

using bpf::AluOp;
using bpf::Insn;
using bpf::JumpOp;

struct Place {
  std::span<const Insn> program;
  std::size_t at;
  std::span<const bpf::LoweredMap> maps;

  /// `distance` counts from the next slot.
  bool reaches(std::int32_t distance) const {
    const auto target = static_cast<std::int64_t>(at) + 1 + distance;
    return target >= 0 && target < static_cast<std::int64_t>(program.size());
  }
};

constexpr std::uint8_t frame_pointer = 10;

bool readable(std::uint8_t reg) { return reg <= frame_pointer; }
bool writable(std::uint8_t reg) { return reg < frame_pointer; }

/// A source register and no immediate, or an immediate and no source register.
bool has_one_source(const Insn& insn) {
  return bpf::uses_src_register(insn) ? readable(insn.src) && insn.imm == 0 : insn.src == 0;
}

bool is_move_width(const Insn& insn) {
  if (insn.off == 0) return true;
  if (!bpf::uses_src_register(insn)) return false;
  const bool wide = bpf::class_of(insn) == bpf::opcode::alu64;
  return insn.off == 8 || insn.off == 16 || (wide && insn.off == 32);
}

bool is_byte_swap(const Insn& insn) {
  const bool wide = bpf::class_of(insn) == bpf::opcode::alu64;
  if (wide && bpf::uses_src_register(insn)) return false;
  return insn.src == 0 && insn.off == 0 && (insn.imm == 16 || insn.imm == 32 || insn.imm == 64);
}

bool is_alu(const Insn& insn) {
  if (!writable(insn.dst)) return false;
  switch (bpf::alu_op(insn)) {
    case AluOp::add:
    case AluOp::sub:
    case AluOp::mul:
    case AluOp::bit_or:
    case AluOp::bit_and:
    case AluOp::lsh:
    case AluOp::rsh:
    case AluOp::bit_xor:
    case AluOp::arsh: return has_one_source(insn) && insn.off == 0;
    case AluOp::div:
    case AluOp::mod: return has_one_source(insn) && (insn.off == 0 || insn.off == 1);
    case AluOp::mov: return has_one_source(insn) && is_move_width(insn);
    case AluOp::neg: return !bpf::uses_src_register(insn) && insn.src == 0 && insn.imm == 0 && insn.off == 0;
    case AluOp::end: return is_byte_swap(insn);
  }
  return false;
}

bool is_call(const Insn& insn, const Place& place) {
  if (insn.opcode != bpf::opcode::call || insn.dst != 0 || insn.off != 0) return false;
  if (bpf::is_local_call(insn)) return place.reaches(insn.imm);
  if (!bpf::is_helper_call(insn)) return false;
  return insn.imm == helper_lookup || insn.imm == helper_update || insn.imm == helper_time || insn.imm == helper_random ||
         bpf::is_tail_call(insn);
}

bool is_always_jump(const Insn& insn, const Place& place) {
  if (insn.dst != 0 || insn.src != 0) return false;
  if (insn.opcode == bpf::opcode::ja) return insn.imm == 0 && place.reaches(insn.off);
  return insn.opcode == bpf::opcode::ja32 && insn.off == 0 && place.reaches(insn.imm);
}

bool is_jump(const Insn& insn, const Place& place) {
  switch (bpf::jump_op(insn)) {
    case JumpOp::jeq:
    case JumpOp::jgt:
    case JumpOp::jge:
    case JumpOp::jset:
    case JumpOp::jne:
    case JumpOp::jsgt:
    case JumpOp::jsge:
    case JumpOp::jlt:
    case JumpOp::jle:
    case JumpOp::jslt:
    case JumpOp::jsle: return readable(insn.dst) && has_one_source(insn) && place.reaches(insn.off);
    case JumpOp::ja: return is_always_jump(insn, place);
    case JumpOp::call: return is_call(insn, place);
    case JumpOp::exit: return insn == Insn{.opcode = bpf::opcode::exit};
  }
  return false;
}

bool is_load_imm64(const Insn& insn, const Place& place) {
  if (!bpf::is_two_slot(insn) || !writable(insn.dst) || insn.off != 0) return false;
  if (place.at + 1 == place.program.size()) return false;
  const Insn& second = place.program[place.at + 1];
  if (second != Insn{.imm = second.imm}) return false;
  if (insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::value)) return true;
  if (insn.imm < 0 || static_cast<std::size_t>(insn.imm) >= place.maps.size()) return false;
  if (insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map)) return second.imm == 0;
  return insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map_value) &&
         place.maps[static_cast<std::size_t>(insn.imm)].kind == bpf::LoweredMap::Kind::array;
}

bool is_load(const Insn& insn) {
  const int mode = insn.opcode & bpf::opcode::mode_mask;
  const bool extends = mode == bpf::opcode::mode_memsx && bpf::width_of(insn) != bpf::Width::b8;
  return (mode == bpf::opcode::mode_mem || extends) && writable(insn.dst) && readable(insn.src) &&
         insn.imm == 0;
}

bool is_store_imm(const Insn& insn) {
  return (insn.opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_mem && readable(insn.dst) && insn.src == 0;
}

/// RFC 9669 section 5.3: the plain forms leave the source register alone, the fetching forms write it.
bool is_atomic(const Insn& insn) {
  const bpf::Width width = bpf::width_of(insn);
  if (width != bpf::Width::b4 && width != bpf::Width::b8) return false;
  switch (insn.imm) {
    case 0x00:
    case 0x40:
    case 0x50:
    case 0xa0:
    case 0xf1: return readable(insn.src);  // compare and exchange writes r0
    case 0x01:
    case 0x41:
    case 0x51:
    case 0xa1:
    case 0xe1: return writable(insn.src);
    default: return false;  // open set: any 32 bits
  }
}

bool is_store_reg(const Insn& insn) {
  if (!readable(insn.dst) || !readable(insn.src)) return false;
  const int mode = insn.opcode & bpf::opcode::mode_mask;
  if (mode == bpf::opcode::mode_mem) return insn.imm == 0;
  return mode == bpf::opcode::mode_atomic && is_atomic(insn);
}

}  // namespace

bool is_instruction(std::span<const Insn> program, std::size_t at, std::span<const bpf::LoweredMap> maps) {
  const Insn& insn = program[at];
  const Place place{program, at, maps};
  switch (kind_of(insn)) {
    case Kind::ld: return is_load_imm64(insn, place);
    case Kind::ldx: return is_load(insn);
    case Kind::st: return is_store_imm(insn);
    case Kind::stx: return is_store_reg(insn);
    case Kind::alu32: return is_alu(insn);
    case Kind::jmp: return is_jump(insn, place);
    case Kind::jmp32: return is_jump(insn, place);
    case Kind::alu64: return is_alu(insn);
  }
  return false;
}

}  // namespace tailbound::engine::interpreter

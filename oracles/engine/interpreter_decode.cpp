// From bytecode to what the interpreter executes.
#include <algorithm>
#include <array>
#include <bit>

#include "oracles/engine/interpreter_memory.hpp"
#include "oracles/engine/interpreter_op.hpp"
#include "oracles/engine/interpreter_screen.hpp"

namespace tailbound::engine::interpreter {

namespace {

using bpf::Insn;

/// What most instructions of an opcode look like: enough to accept them without reading every rule again.
struct Common {
  bool known = false;    // else is_instruction() is asked
  bool jumps = false;
  bool zero_off = false;
  bool zero_imm = false;
  std::uint8_t dst_end = 0;  // the first register number that is none
  std::uint8_t src_end = 0;
};

constexpr std::uint8_t any_register = 11, writable_register = 10, no_register = 1;

constexpr Common common_alu(const Insn& insn) {
  const bool by_register = bpf::uses_src_register(insn);
  const bpf::AluOp op = bpf::alu_op(insn);
  const bool known = op <= bpf::AluOp::arsh && op != bpf::AluOp::neg;
  return {.known = known,
          .zero_off = true,
          .zero_imm = by_register,
          .dst_end = writable_register,
          .src_end = by_register ? any_register : no_register};
}

constexpr Common common_jump(const Insn& insn) {
  const bool by_register = bpf::uses_src_register(insn);
  const bpf::JumpOp op = bpf::jump_op(insn);
  const bool known = op <= bpf::JumpOp::jsle && op != bpf::JumpOp::ja && op != bpf::JumpOp::call && op != bpf::JumpOp::exit;
  return {.known = known,
          .jumps = true,
          .zero_imm = by_register,
          .dst_end = any_register,
          .src_end = by_register ? any_register : no_register};
}

constexpr Common common_of(std::uint8_t opcode) {
  const Insn insn{.opcode = opcode};
  const bool plain_access = (opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_mem;
  switch (kind_of(insn)) {
    case Kind::ld: return {};
    case Kind::ldx:
      return {.known = plain_access, .zero_imm = true, .dst_end = writable_register, .src_end = any_register};
    case Kind::st: return {.known = plain_access, .dst_end = any_register, .src_end = no_register};
    case Kind::stx:
      return {.known = plain_access, .zero_imm = true, .dst_end = any_register, .src_end = any_register};
    case Kind::alu32:
    case Kind::alu64: return common_alu(insn);
    case Kind::jmp:
    case Kind::jmp32: return common_jump(insn);
  }
  return {};
}

constexpr auto common = [] {
  std::array<Common, 256> rows{};
  for (unsigned opcode = 0; opcode < rows.size(); ++opcode) rows[opcode] = common_of(static_cast<std::uint8_t>(opcode));
  return rows;
}();

bool is_common(const Insn& insn, std::size_t at, std::size_t size) {
  const Common& row = common[insn.opcode];
  if (!row.known || insn.dst >= row.dst_end || insn.src >= row.src_end) return false;
  if ((row.zero_off && insn.off != 0) || (row.zero_imm && insn.imm != 0)) return false;
  return !row.jumps || static_cast<std::uint64_t>(static_cast<std::int64_t>(at) + 1 + insn.off) < size;
}

std::uint64_t extended(std::int32_t imm) { return static_cast<std::uint64_t>(std::int64_t{imm}); }

std::uint64_t loaded(const Insn& first, const Insn& second) {
  const auto low = static_cast<std::uint32_t>(first.imm);
  const auto high = static_cast<std::uint32_t>(second.imm);
  switch (static_cast<bpf::Imm64Kind>(first.src)) {
    case bpf::Imm64Kind::value: break;
    case bpf::Imm64Kind::map: return Memory::map_handle(low);
    case bpf::Imm64Kind::map_value: return Memory::map_value(low, high);
  }
  return std::uint64_t{high} << 32 | low;
}

void decode_insn(const bpf::Bytecode& program, std::size_t at, Op& op) {
  const Insn& insn = program.insns[at];
  op = {.execute = execute_of(insn),
        .imm = extended(insn.imm),
        .off = insn.off,
        .dst = insn.dst,
        .src = insn.src,
        .opcode = insn.opcode};
  if (bpf::is_two_slot(insn)) {
    op.imm = loaded(insn, program.insns[at + 1]);
  } else if (insn.opcode == bpf::opcode::ja32) {
    op.off = insn.imm;
  } else if (bpf::is_local_call(insn)) {
    op.off = insn.imm;
    op.imm = stack_of(program, static_cast<std::uint32_t>(static_cast<std::int64_t>(at) + 1 + insn.imm));
  }
}

}  // namespace

void decode(const bpf::Bytecode& program, std::span<const bpf::LoweredMap> maps, std::vector<Op>& into) {
  const std::span<const Insn> insns = program.insns;
  const std::size_t first = into.size();
  into.resize(first + insns.size() + 1);
  Op* const ops = &into[first];
  const Op undefined{.execute = execute_undefined()};
  for (std::size_t at = 0; at < insns.size(); ++at) {
    if (!is_common(insns[at], at, insns.size()) && !is_instruction(insns, at, maps)) {
      ops[at] = undefined;
      continue;
    }
    decode_insn(program, at, ops[at]);
    // The second slot of a load is no instruction: jumping there is a fault.
    if (bpf::is_two_slot(insns[at])) ops[++at] = undefined;
  }
  ops[insns.size()] = undefined;
}

std::uint32_t stack_of(const bpf::Bytecode& program, std::uint32_t first_insn) {
  const auto found = std::ranges::lower_bound(program.functions, first_insn, {}, &bpf::LoweredFunction::first_insn);
  if (found == program.functions.end() || found->first_insn != first_insn) return Memory::frame_bytes;
  return found->stack_depth;
}

}  // namespace tailbound::engine::interpreter

// One function a form of instruction: RFC 9669 read plainly. Each ends by calling the next one's, which
// [[clang::musttail]] makes a jump, so a run of any length takes one frame of the machine's stack.
#include <array>
#include <cstring>
#include <utility>

#include "oracles/engine/interpreter_alu.hpp"
#include "oracles/engine/interpreter_machine.hpp"
#include "oracles/engine/interpreter_screen.hpp"

namespace tailbound::engine::interpreter {

namespace {

using bpf::AluOp;
using bpf::Insn;
using bpf::JumpOp;
using bpf::Width;

std::uint64_t extended(std::int32_t number) { return static_cast<std::uint64_t>(std::int64_t{number}); }

}  // namespace

/// The friend of Machine that holds all steps.
struct Steps {
  static void undefined(Machine& m, const Op* op) { m.fail(*op, bad_instruction); }

  // --- arithmetic ---

  /// A 32-bit result clears the upper half.
  template <class Word, AluOp what, bool by_register>
  static void alu(Machine& m, const Op* op) {
    std::uint64_t& left = m.regs_[op->dst];
    const auto right = static_cast<Word>(by_register ? m.regs_[op->src] : op->imm);
    left = computed<Word>(what, static_cast<Word>(left), right, 0);
    [[clang::musttail]] return op[1].execute(m, op + 1);
  }

  /// With an offset: signed division, sign-extending moves.
  template <class Word, AluOp what, bool by_register>
  static void signed_alu(Machine& m, const Op* op) {
    std::uint64_t& left = m.regs_[op->dst];
    const auto right = static_cast<Word>(by_register ? m.regs_[op->src] : op->imm);
    left = computed<Word>(what, static_cast<Word>(left), right, static_cast<std::int16_t>(op->off));
    [[clang::musttail]] return op[1].execute(m, op + 1);
  }

  static void byte_order(Machine& m, const Op* op) {
    std::uint64_t& value = m.regs_[op->dst];
    value = byte_swapped({.opcode = op->opcode, .imm = static_cast<std::int32_t>(op->imm)}, value);
    [[clang::musttail]] return op[1].execute(m, op + 1);
  }

  /// A two-slot load: the second slot is passed over.
  static void load_imm64(Machine& m, const Op* op) {
    m.regs_[op->dst] = op->imm;
    [[clang::musttail]] return op[2].execute(m, op + 2);
  }

  // --- memory ---

  template <class Value>
  static void load(Machine& m, const Op* op) {
    const std::uint64_t address = m.regs_[op->src] + extended(op->off);
    const std::byte* const place = m.memory_.to_read(address, sizeof(Value));
    if (place == nullptr) [[unlikely]] return m.fail(*op, bad_pointer, address);
    Value value;
    std::memcpy(&value, place, sizeof value);
    m.regs_[op->dst] = static_cast<std::uint64_t>(value);  // a signed one is sign-extended
    [[clang::musttail]] return op[1].execute(m, op + 1);
  }

  template <class Value, bool by_register>
  static void store(Machine& m, const Op* op) {
    const std::uint64_t address = m.regs_[op->dst] + extended(op->off);
    std::byte* const place = m.memory_.to_write(address, sizeof(Value));
    if (place == nullptr) [[unlikely]] return m.fail(*op, bad_pointer, address);
    const auto value = static_cast<Value>(by_register ? m.regs_[op->src] : op->imm);
    std::memcpy(place, &value, sizeof value);
    [[clang::musttail]] return op[1].execute(m, op + 1);
  }

  template <class Word>
  static void atomic(Machine& m, const Op* op) {
    if (!m.do_atomic<Word>(*op)) [[unlikely]] return;
    [[clang::musttail]] return op[1].execute(m, op + 1);
  }

  // --- jumps and calls ---

  template <class Word, JumpOp what, bool by_register>
  static void jump(Machine& m, const Op* op) {
    const auto right = static_cast<Word>(by_register ? m.regs_[op->src] : op->imm);
    if (what != JumpOp::ja && !holds<Word>(what, static_cast<Word>(m.regs_[op->dst]), right)) {
      [[clang::musttail]] return op[1].execute(m, op + 1);
    }
    const Op* const next = op + 1 + op->off;
    if (op->off < 0 && !m.may_go_on(*next, extended(-op->off))) [[unlikely]] return;
    [[clang::musttail]] return next->execute(m, next);
  }

  /// `what` gives the next instruction, nullptr at the end of the run.
  template <const Op* (Machine::*what)(const Op&)>
  static void call(Machine& m, const Op* op) {
    const Op* const next = (m.*what)(*op);
    if (next == nullptr) [[unlikely]] return;
    [[clang::musttail]] return next->execute(m, next);
  }

  // --- from an opcode's fields to its function ---

  template <class Word, std::uint8_t opcode>
  static constexpr Execute alu_of(bool is_signed) {
    constexpr Insn insn{.opcode = opcode};
    constexpr AluOp what = bpf::alu_op(insn);
    constexpr bool by_register = bpf::uses_src_register(insn);
    if (what == AluOp::end) return byte_order;
    return is_signed ? signed_alu<Word, what, by_register> : alu<Word, what, by_register>;
  }

  template <std::uint8_t opcode>
  static constexpr Execute load_of() {
    constexpr bool extends = (opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_memsx;
    switch (bpf::width_of({.opcode = opcode})) {
      case Width::b1: return extends ? load<std::int8_t> : load<std::uint8_t>;
      case Width::b2: return extends ? load<std::int16_t> : load<std::uint16_t>;
      case Width::b4: return extends ? load<std::int32_t> : load<std::uint32_t>;
      case Width::b8: return load<std::uint64_t>;
    }
    return undefined;
  }

  template <std::uint8_t opcode, bool by_register>
  static constexpr Execute store_of() {
    constexpr Width width = bpf::width_of({.opcode = opcode});
    if ((opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_atomic)
      return width == Width::b4 ? atomic<std::uint32_t> : atomic<std::uint64_t>;
    switch (width) {
      case Width::b1: return store<std::uint8_t, by_register>;
      case Width::b2: return store<std::uint16_t, by_register>;
      case Width::b4: return store<std::uint32_t, by_register>;
      case Width::b8: return store<std::uint64_t, by_register>;
    }
    return undefined;
  }

  template <class Word, std::uint8_t opcode>
  static constexpr Execute jump_of() {
    constexpr Insn insn{.opcode = opcode};
    if (opcode == bpf::opcode::exit) return call<&Machine::leave>;
    return jump<Word, bpf::jump_op(insn), bpf::uses_src_register(insn)>;
  }

  /// Calls apart: their kind stands in the source register and the immediate.
  template <std::uint8_t opcode>
  static constexpr Execute of(bool with_offset) {
    switch (kind_of({.opcode = opcode})) {
      case Kind::ld: return load_imm64;
      case Kind::ldx: return load_of<opcode>();
      case Kind::st: return store_of<opcode, false>();
      case Kind::stx: return store_of<opcode, true>();
      case Kind::alu32: return alu_of<std::uint32_t, opcode>(with_offset);
      case Kind::jmp: return jump_of<std::uint64_t, opcode>();
      case Kind::jmp32: return jump_of<std::uint32_t, opcode>();
      case Kind::alu64: return alu_of<std::uint64_t, opcode>(with_offset);
    }
    return undefined;
  }

  static Execute call_of(const Insn& insn) {
    if (bpf::is_local_call(insn)) return call<&Machine::call_local>;
    if (bpf::is_tail_call(insn)) return call<&Machine::tail_call>;
    return call<&Machine::call_helper>;
  }

  template <std::size_t... opcode>
  static constexpr std::array<Execute, 256> table(bool with_offset, std::index_sequence<opcode...>) {
    return {of<static_cast<std::uint8_t>(opcode)>(with_offset)...};
  }
};

Execute execute_of(const Insn& insn) {
  constexpr auto opcodes = std::make_index_sequence<256>{};
  static constexpr std::array<Execute, 256> plain = Steps::table(false, opcodes);
  static constexpr std::array<Execute, 256> with_offset = Steps::table(true, opcodes);
  if (insn.opcode == bpf::opcode::call) return Steps::call_of(insn);
  return insn.off == 0 ? plain[insn.opcode] : with_offset[insn.opcode];
}

Execute execute_undefined() { return Steps::undefined; }

}  // namespace tailbound::engine::interpreter

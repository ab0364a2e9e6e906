// One pass over a block from front to back: whatever reaches a place is known there, as jumps
// lead forwards or end a loop, which only adds to what its first round wrote.
#include "jit/bpf/asm_block.hpp"

#include <bitset>
#include <string>
#include <string_view>

#include "jit/bpf/asm_loops.hpp"
#include "jit/bpf/decode.hpp"

namespace tailbound::bpf {

namespace {

constexpr std::uint8_t scratch_registers = 6;  // r0 to r5
constexpr std::uint8_t frame_pointer = 10;
constexpr std::uint32_t stack_bytes = 512;

/// Bytes of the stack that hold something, by their distance below r10, less one; of no use where unreached.
struct Reach {
  bool reached = false;
  std::bitset<stack_bytes> written;

  void join(const Reach& other) {
    written = reached ? written & other.written : other.written;
    reached = true;
  }
};

/// What a valid slot does, as far as a block cares.
struct Effect {
  bool reads_dst = false, reads_src = false, writes_dst = false;
  bool reads_memory = false, writes_memory = false;
  std::uint8_t base = frame_pointer;
  std::optional<std::int64_t> distance = {};  // of a jump
  bool falls_through = true;
  std::string_view refused = {};
};

Effect effect_of(const Insn& insn, Form form) {
  switch (form) {
    case Form::alu_imm: return {.reads_dst = alu_op(insn) != AluOp::mov, .writes_dst = true};
    case Form::alu_reg: return {.reads_dst = alu_op(insn) != AluOp::mov, .reads_src = true, .writes_dst = true};
    case Form::alu_unary: case Form::byte_swap: return {.reads_dst = true, .writes_dst = true};
    case Form::movsx: return {.reads_src = true, .writes_dst = true};
    case Form::load: case Form::load_sx:
      return {.writes_dst = true, .reads_memory = true, .base = insn.src};
    case Form::store_imm: return {.writes_memory = true, .base = insn.dst};
    case Form::store_reg: return {.reads_src = true, .writes_memory = true, .base = insn.dst};
    case Form::atomic:
      return {.reads_src = true, .reads_memory = true, .writes_memory = true, .base = insn.dst};
    case Form::load_imm64:
      if (insn.src != 0) return {.refused = "loads the address of a map or of code"};
      return {.writes_dst = true};
    case Form::jump_imm: return {.reads_dst = true, .distance = insn.off};
    case Form::jump_reg: return {.reads_dst = true, .reads_src = true, .distance = insn.off};
    case Form::jump_always: return {.distance = insn.off, .falls_through = false};
    case Form::jump_always32: return {.distance = insn.imm, .falls_through = false};
    case Form::call_helper: case Form::call_local: case Form::call_kfunc: return {.refused = "calls"};
    case Form::exit: return {.refused = "exits"};
  }
  return {.refused = "is of no known form"};
}

bool is_second_slot(const Insn& insn) {
  return insn.opcode == 0 && insn.dst == 0 && insn.src == 0 && insn.off == 0;
}

/// The verifier refuses a known division by zero and a known shift beyond the width.
std::string_view constant_fault(const Insn& insn) {
  const std::int32_t bits = class_of(insn) == opcode::alu32 ? 32 : 64;
  switch (alu_op(insn)) {
    case AluOp::div: case AluOp::mod: return insn.imm == 0 ? "divides by the constant 0" : "";
    case AluOp::lsh: case AluOp::rsh: case AluOp::arsh:
      return insn.imm < 0 || insn.imm >= bits ? "shifts by a constant beyond the width" : "";
    case AluOp::add: case AluOp::sub: case AluOp::mul: case AluOp::bit_or: case AluOp::bit_and:
    case AluOp::neg: case AluOp::bit_xor: case AluOp::mov: case AluOp::end: return {};
  }
  return {};
}

class Walk {
 public:
  Walk(std::span<const Insn> insns, std::uint32_t stack)
      : insns_(insns),
        stack_(static_cast<int>(stack)),
        second_(insns.size() + 1, false),
        reach_(insns.size() + 1) {
    reach_.front().reached = true;
    for (std::size_t i = 0; i < insns.size(); ++i) {
      if (is_whole_load(i)) second_[++i] = true;
    }
  }

  std::size_t slots(std::size_t at) const { return is_whole_load(at) ? 2 : 1; }

  /// Why the instruction cannot stand here; empty when it can.
  std::string_view fault(std::size_t at) const {
    const Insn& insn = insns_[at];
    if (const auto why = slot_fault(insn); !why.empty()) return why;
    if (is_two_slot(insn) && !is_whole_load(at)) return "is half of a two-slot load";
    const Form form = find_row(insn)->form;
    const Effect effect = effect_of(insn, form);
    if (!effect.refused.empty()) return effect.refused;
    if (const auto why = register_fault(insn, effect); !why.empty()) return why;
    if (form == Form::alu_imm) return constant_fault(insn);
    if (effect.reads_memory || effect.writes_memory) return memory_fault(at, effect);
    return effect.distance ? jump_fault(at, effect) : "";
  }

  /// Hands what holds after a faultless instruction to the places that follow it.
  void pass(std::size_t at) {
    const Insn& insn = insns_[at];
    const Effect effect = effect_of(insn, find_row(insn)->form);
    Reach after = reach_[at];
    if (effect.writes_memory) {
      for (int i = 0; i < width(insn); ++i) after.written.set(byte_at(insn, i));
    }
    if (effect.distance) reach_[target(at, *effect.distance)].join(after);
    if (effect.falls_through) reach_[at + slots(at)].join(after);
  }

 private:
  static int width(const Insn& insn) { return static_cast<int>(width_of(insn)); }
  static std::size_t byte_at(const Insn& insn, int i) { return static_cast<std::size_t>(-(insn.off + i) - 1); }
  static std::size_t target(std::size_t at, std::int64_t distance) {
    return static_cast<std::size_t>(static_cast<std::int64_t>(at) + 1 + distance);
  }

  bool is_whole_load(std::size_t at) const {
    return is_two_slot(insns_[at]) && at + 1 < insns_.size() && is_second_slot(insns_[at + 1]);
  }

  static std::string_view register_fault(const Insn& insn, const Effect& effect) {
    if (effect.writes_dst && insn.dst >= scratch_registers) return "writes a register other than r0 to r5";
    if ((effect.reads_dst && insn.dst >= scratch_registers) ||
        (effect.reads_src && insn.src >= scratch_registers)) {
      return "reads a register other than r0 to r5";
    }
    return {};
  }

  std::string_view memory_fault(std::size_t at, const Effect& effect) const {
    const Insn& insn = insns_[at];
    if (effect.base != frame_pointer) return "reaches memory by a register other than r10";
    if (insn.off < -stack_ || insn.off + width(insn) > 0) return "reaches outside the function's stack";
    if (insn.off % width(insn) != 0) return "reaches the stack at an unaligned place";
    for (int i = 0; effect.reads_memory && i < width(insn); ++i) {
      if (!reach_[at].written.test(byte_at(insn, i))) return "reads stack that the block has not written";
    }
    return {};
  }

  std::string_view back_fault(std::size_t at, std::int64_t distance) const {
    if (distance < -static_cast<std::int64_t>(at) - 1) return "jumps out of the block";
    return loop_fault(insns_, at, target(at, distance));
  }

  std::string_view jump_fault(std::size_t at, const Effect& effect) const {
    if (*effect.distance < 0) return back_fault(at, *effect.distance);
    if (at + 1 + static_cast<std::uint64_t>(*effect.distance) > insns_.size()) return "jumps out of the block";
    const std::size_t to = target(at, *effect.distance);
    if (second_[to]) return "jumps into a two-slot load";
    if (!effect.falls_through && to != at + 1 && !reach_[at + 1].reached)
      return "jumps over code that nothing reaches";
    return {};
  }

  std::span<const Insn> insns_;
  int stack_;
  std::vector<bool> second_;
  std::vector<Reach> reach_;
};

/// Puts a scratch register to a constant: can stand anywhere.
Insn filler(const Insn& insn) {
  return build::mov(static_cast<Reg>(insn.dst % scratch_registers), insn.imm);
}

}  // namespace

std::optional<InsnError> find_asm_fault(std::span<const Insn> insns, std::uint32_t stack) {
  Walk walk(insns, stack);
  for (std::size_t at = 0; at < insns.size(); at += walk.slots(at)) {
    if (const auto why = walk.fault(at); !why.empty()) {
      return InsnError{static_cast<std::uint32_t>(at), std::string(why)};
    }
    walk.pass(at);
  }
  return std::nullopt;
}

void repair_asm(std::vector<Insn>& insns, std::uint32_t stack) {
  Walk walk(insns, stack);
  for (std::size_t at = 0; at < insns.size(); at += walk.slots(at)) {
    // The second slot of a load that becomes a move is looked at next, as an instruction of its own.
    if (!walk.fault(at).empty()) insns[at] = filler(insns[at]);
    walk.pass(at);
  }
}

}  // namespace tailbound::bpf

#include "jit/bpf/asm_loops.hpp"

#include <algorithm>
#include <vector>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/verifier_cost.hpp"

namespace tailbound::bpf {

namespace {

bool is_jump(const Insn& insn) {
  const std::uint8_t kind = class_of(insn);
  if (kind != opcode::jmp && kind != opcode::jmp32) return false;
  return jump_op(insn) != JumpOp::call && jump_op(insn) != JumpOp::exit;
}

std::int64_t target_of(std::span<const Insn> insns, std::size_t at) {
  const Insn& insn = insns[at];
  const std::int64_t distance = insn.opcode == opcode::ja32 ? insn.imm : insn.off;
  return static_cast<std::int64_t>(at) + 1 + distance;
}

/// Atomic operations may write their source and r0; opcode 0 is the second half of a load.
bool may_write(const Insn& insn, std::uint8_t reg) {
  const std::uint8_t kind = class_of(insn);
  if (kind == opcode::stx) {
    return (insn.opcode & opcode::mode_mask) == opcode::mode_atomic && (insn.src == reg || reg == 0);
  }
  return insn.opcode != 0 && kind != opcode::st && !is_jump(insn) && insn.dst == reg;
}

bool counts_down(const Insn& step, const Insn& jump) {
  const auto reg = static_cast<Reg>(jump.dst);
  return step == build::alu(AluOp::add, reg, -1) && jump == build::jump(JumpOp::jne, reg, 0, jump.off);
}

bool starts_count(const Insn& insn, std::uint8_t reg) {
  return insn == build::mov(static_cast<Reg>(reg), insn.imm) && insn.imm >= 1 && insn.imm <= most_rounds;
}

}  // namespace

std::string_view loop_fault(std::span<const Insn> insns, std::size_t at, std::size_t to) {
  if (to == 0 || to >= at || !counts_down(insns[at - 1], insns[at]) ||
      !starts_count(insns[to - 1], insns[at].dst)) {
    return "jumps back and ends no counted loop";
  }
  for (std::size_t i = to; i + 1 < at; ++i) {
    if (may_write(insns[i], insns[at].dst)) return "ends a loop that writes its own count";
  }
  const auto first = static_cast<std::int64_t>(to);
  const auto last = static_cast<std::int64_t>(at);
  for (std::size_t i = 0; i < at; ++i) {
    if (!is_jump(insns[i])) continue;
    const std::int64_t target = target_of(insns, i);
    if (target == last) return "ends a loop in which a jump passes by the counting";
    if (i < to && target >= first && target < last) return "ends a loop that a jump enters from outside";
  }
  return {};
}

std::uint64_t walked_slots(std::span<const Insn> insns) {
  std::vector<std::uint64_t> rounds;
  for (std::size_t i = 0; i < insns.size(); ++i) {
    if (!is_jump(insns[i])) continue;
    const std::int64_t target = target_of(insns, i);
    if (target < 1 || target > static_cast<std::int64_t>(i)) continue;
    rounds.resize(insns.size(), 1);
    const auto first = static_cast<std::size_t>(target);
    const auto count = static_cast<std::uint64_t>(std::clamp(insns[first - 1].imm, 1, most_rounds));
    for (std::size_t j = first; j <= i; ++j) rounds[j] = std::min(rounds[j] * count, cost_ceiling);
  }
  if (rounds.empty()) return insns.size();
  std::uint64_t slots = 0;
  for (const std::uint64_t times : rounds) slots = std::min(slots + times, cost_ceiling);
  return slots;
}

}  // namespace tailbound::bpf

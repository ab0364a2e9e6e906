#include "jit/bpf/object/liveness.hpp"

#include <algorithm>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/object/helpers.hpp"

namespace tailbound::bpf::object {

namespace {

constexpr Registers bit(unsigned reg) { return static_cast<Registers>(1U << reg); }
constexpr Registers caller_saved = 0x3f, arguments = 0x3e;

struct Effect {
  Registers reads = 0;
  Registers writes = 0;
};

Effect of_alu(const Insn& insn) {
  const AluOp op = alu_op(insn);
  Effect effect{.reads = 0, .writes = bit(insn.dst)};
  if (op != AluOp::mov) effect.reads |= bit(insn.dst);
  if (uses_src_register(insn) && op != AluOp::end) effect.reads |= bit(insn.src);
  return effect;
}

Effect of_store(const Insn& insn) {
  Effect effect{.reads = static_cast<Registers>(bit(insn.dst) | bit(insn.src)), .writes = 0};
  if ((insn.opcode & opcode::mode_mask) != opcode::mode_atomic) return effect;
  constexpr std::int32_t fetch = 1, compare_exchange = 0xf1;
  if (insn.imm == compare_exchange) return {static_cast<Registers>(effect.reads | bit(0)), bit(0)};
  if ((insn.imm & fetch) != 0) effect.writes = bit(insn.src);
  return effect;
}

Effect of_jump(const Insn& insn) {
  if (is_exit(insn)) return {bit(0), 0};
  if (insn.opcode == opcode::ja || insn.opcode == opcode::ja32) return {};
  Effect effect{.reads = bit(insn.dst), .writes = 0};
  if (uses_src_register(insn)) effect.reads |= bit(insn.src);
  return effect;
}

/// All but local calls.
Effect effect_of(const Insn& insn) {
  if (is_helper_call(insn)) {
    const HelperRow* const helper = find_helper(insn.imm);
    const unsigned count = helper == nullptr ? 5 : helper->arguments;
    return {static_cast<Registers>(((1U << count) - 1) << 1), caller_saved};
  }
  switch (class_of(insn)) {
    case opcode::alu32:
    case opcode::alu64: return of_alu(insn);
    case opcode::ld: return {0, bit(insn.dst)};
    case opcode::ldx: return {bit(insn.src), bit(insn.dst)};
    case opcode::st: return {bit(insn.dst), 0};
    case opcode::stx: return of_store(insn);
    default: return of_jump(insn);  // the two jump classes: three bits have no others
  }
}

}  // namespace

std::vector<Registers> live_at_entry(std::span<const Insn> insns, std::span<const std::uint32_t> starts) {
  // Grows until nothing changes; a callee's answer feeds its callers'.
  std::vector<Registers> live(insns.size() + 1, 0);
  std::vector<bool> second(insns.size(), false);
  for (std::uint32_t i = 0; i < insns.size(); ++i) {
    if (is_two_slot(insns[i])) second[++i] = true;
  }
  for (bool again = true; again;) {
    again = false;
    for (auto i = static_cast<std::uint32_t>(insns.size()); i-- > 0;) {
      if (second[i]) continue;
      const Insn& insn = insns[i];
      const std::uint32_t next = i + (is_two_slot(insn) ? 2 : 1);
      Registers after = 0;
      const auto target = jump_target(insns, i);
      if (target) after |= live[*target];
      const bool ends = is_exit(insn) || insn.opcode == opcode::ja || insn.opcode == opcode::ja32;
      if (!ends) after |= live[next];
      Effect effect;
      if (is_local_call(insn)) {
        effect = {static_cast<Registers>(live[i + 1 + static_cast<std::uint32_t>(insn.imm)] & arguments),
                  caller_saved};
      } else {
        effect = effect_of(insn);
      }
      const auto before = static_cast<Registers>((after & ~effect.writes) | effect.reads);
      again = again || before != live[i];
      live[i] = before;
    }
  }
  std::vector<Registers> found;
  for (const std::uint32_t start : starts) found.push_back(live[start]);
  return found;
}

}  // namespace tailbound::bpf::object

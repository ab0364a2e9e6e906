#include "jit/arm64/frame_bottom.hpp"

#include <algorithm>

#include "jit/arm64/regs.hpp"

namespace tailbound::arm64 {

namespace {

constexpr std::uint8_t frame_pointer = bpf::register_count - 1;

/// Loads and stores, not atomics.
bool reaches_stack(const bpf::Insn& insn) {
  const std::uint8_t mode = insn.opcode & bpf::opcode::mode_mask;
  if (mode != bpf::opcode::mode_mem && mode != bpf::opcode::mode_memsx) return false;
  switch (bpf::class_of(insn)) {
    case bpf::opcode::ldx: return insn.src == frame_pointer;
    case bpf::opcode::st:
    case bpf::opcode::stx: return insn.dst == frame_pointer;
  }
  return false;
}

}  // namespace

std::uint32_t find_frame_bottom(const bpf::Bytecode& program, const bpf::LoweredFunction& function) {
  std::int32_t lowest = 0;
  for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
    const bpf::Insn& insn = program.insns[i];
    if (reaches_stack(insn)) lowest = std::min(lowest, std::int32_t{insn.off});
  }
  return static_cast<std::uint32_t>(-lowest) / 8 * 8;
}

}  // namespace tailbound::arm64

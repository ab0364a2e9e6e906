#include "oracles/disasm/stack_pointer.hpp"

#include <cassert>

namespace tailbound::disasm {

namespace {

/// Operands as LLVM's AArch64InstrFormats.td has them; the names of opcodes are all that is public of them.
std::optional<std::int64_t> added(llvm::StringRef opcode, const llvm::MCInst& inst, unsigned sp) {
  constexpr unsigned quadword = 8;
  const auto operand = [&](unsigned i) { return inst.getOperand(i).getImm(); };
  const bool plus = opcode == "ADDXri";
  if (plus || opcode == "SUBXri") {
    // d, n, imm12, shift
    if (!inst.getOperand(1).isReg() || inst.getOperand(1).getReg() != sp) return std::nullopt;
    const std::int64_t amount = operand(2) << operand(3);
    return plus ? amount : -amount;
  }
  // n, a, b, n, imm7
  if (opcode == "STPXpre" || opcode == "LDPXpost") return operand(4) * quadword;
  return std::nullopt;
}

}  // namespace

StackPointer::StackPointer(const Target& target) : target_(target) {
  for (unsigned reg = 1; reg < target.registers->getNumRegs(); ++reg) {
    if (llvm::StringRef(target.registers->getName(reg)) == "SP") sp_ = reg;
  }
  assert(sp_ != 0 && "arm64 has a register of that name");
}

void StackPointer::describe(const llvm::MCInst& inst, const llvm::MCInstrDesc& about, MachineInsn& out) const {
  for (unsigned i = 0; i < inst.getNumOperands(); ++i) {
    if (!inst.getOperand(i).isReg() || inst.getOperand(i).getReg() != sp_) continue;
    out.uses_sp = true;
    if (i < about.getNumDefs()) out.writes_sp = true;
  }
  if (out.writes_sp) out.sp_change = added(target_.instructions->getName(inst.getOpcode()), inst, sp_);
}

}  // namespace tailbound::disasm

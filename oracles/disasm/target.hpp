// The parts of LLVM's machine-code layer that reading and writing share. For this room's sources alone.
#pragma once

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/TargetParser/Triple.h>

#include <memory>

#include "oracles/disasm/disasm.hpp"

namespace tailbound::disasm {

/// Intel's of LLVM's two x86-64 syntaxes.
inline constexpr unsigned intel_syntax = 1;

struct Target {
  explicit Target(Arch arch);

  Arch arch;
  llvm::Triple triple;
  const llvm::Target* target;
  llvm::MCTargetOptions options;
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> asm_info;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
};

}  // namespace tailbound::disasm

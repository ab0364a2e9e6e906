// What an arm64 instruction does to sp. For this room's sources alone.
#pragma once

#include <llvm/MC/MCInst.h>

#include "oracles/disasm/target.hpp"

namespace tailbound::disasm {

class StackPointer {
 public:
  explicit StackPointer(const Target& target);

  /// Fills in MachineInsn's three fields of it.
  void describe(const llvm::MCInst& inst, const llvm::MCInstrDesc& about, MachineInsn& out) const;

 private:
  const Target& target_;
  unsigned sp_ = 0;  // LLVM's number
};

}  // namespace tailbound::disasm

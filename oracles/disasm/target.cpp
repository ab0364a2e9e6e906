#include "oracles/disasm/target.hpp"

#include <cassert>
#include <string>
#include <utility>

// LLVM's headers declare these only for all the targets that it was built with.
extern "C" {
void LLVMInitializeX86TargetInfo();
void LLVMInitializeX86TargetMC();
void LLVMInitializeX86AsmParser();
void LLVMInitializeX86Disassembler();
void LLVMInitializeAArch64TargetInfo();
void LLVMInitializeAArch64TargetMC();
void LLVMInitializeAArch64AsmParser();
void LLVMInitializeAArch64Disassembler();
}

namespace tailbound::disasm {

namespace {

bool register_targets() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmParser();
  LLVMInitializeX86Disassembler();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmParser();
  LLVMInitializeAArch64Disassembler();
  return true;
}

const char* triple_of(Arch arch) {
  switch (arch) {
    case Arch::x86_64:
      return "x86_64-linux-gnu";
    case Arch::aarch64:
      return "aarch64-linux-gnu";
  }
  std::unreachable();
}

/// The oldest machine that has every instruction a kernel's JIT may emit: v8.1 has the atomics, v8.5 the
/// landing pads.
const char* features_of(Arch arch) {
  switch (arch) {
    case Arch::x86_64:
      return "";
    case Arch::aarch64:
      return "+v8.5a";
  }
  std::unreachable();
}

const llvm::Target* find(const llvm::Triple& triple) {
  static const bool registered = register_targets();
  (void)registered;
  std::string error;
  const llvm::Target* const target = llvm::TargetRegistry::lookupTarget(triple.str(), error);
  assert(target != nullptr && "the two targets are linked into this room");
  return target;
}

}  // namespace

Target::Target(Arch wanted)
    : arch(wanted),
      triple(triple_of(wanted)),
      target(find(triple)),
      registers(target->createMCRegInfo(triple.str())),
      asm_info(target->createMCAsmInfo(*registers, triple.str(), options)),
      instructions(target->createMCInstrInfo()),
      subtarget(target->createMCSubtargetInfo(triple.str(), "", features_of(wanted))) {}

}  // namespace tailbound::disasm

// Machine code against a decoder that shares nothing with the JIT.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "jit/image.hpp"
#include "oracles/check/stack_pointer.hpp"
#include "oracles/disasm/disasm.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

/// Keeps its buffers.
class Encoding {
 public:
  /// All code is instructions; every address of the map, every landing, every way out of a tail-call site and
  /// every target of a branch is the start of one in the same function (of a call: there, or a function's
  /// start); every relocation is the last field of one that fits it; every patch site is one jump or nop of
  /// five bytes, whether its slot is filled or empty, and the jumps lead where they should. On arm64 sp is followed
  /// (stack_pointer.hpp).
  Verdict operator()(const jit::Image& image);

 private:
  friend class ImageReader;

  const disasm::Disassembler& reader(jit::Arch arch);

  std::array<std::optional<disasm::Disassembler>, 2> readers_;  // by arch, made when first needed
  StackPointer stack_pointer_;
  std::vector<disasm::MachineInsn> insns_;  // of all functions, in order
  std::vector<std::uint32_t> insn_at_;      // by code offset: number in insns_ and one, 0 where none starts
};

}  // namespace tailbound::check

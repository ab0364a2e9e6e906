// What an asm block may hold: instructions that any kernel's verifier takes at that place and that compute the
// same on every engine.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/insn.hpp"

namespace tailbound::bpf {

/// The first thing wrong with a block in a function of `stack` bytes. Jumps lead forwards or end a counted
/// loop (asm_loops.hpp), so that every block ends, and no instruction is out of reach; r0 to r5 hold scalars
/// from the start (the lowering clears them); memory is the function's own stack, aligned, and read only
/// where the block wrote it.
std::optional<InsnError> find_asm_fault(std::span<const Insn> insns, std::uint32_t stack);

/// Puts a move of a constant in the place of each instruction at fault. Leaves a block without fault as it is.
void repair_asm(std::vector<Insn>& insns, std::uint32_t stack);

}  // namespace tailbound::bpf

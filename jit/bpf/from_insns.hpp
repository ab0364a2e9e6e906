// Raw instructions, from anywhere, to a record that a JIT compiles.
#pragma once

#include <expected>
#include <span>

#include "jit/bpf/error.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf {

/// Functions are found from local calls, stack depths from accesses through r10 (512 bytes where r10 is copied:
/// nobody follows the copy), sites from tail calls. A site is direct when its prog_array and a constant index
/// below its size are loaded right before it. Map references count in `maps`. The record passes check_bytecode;
/// the error is the first instruction that keeps it from doing so.
std::expected<Bytecode, InsnError> from_insns(std::span<const Insn> insns,
                                              std::span<const LoweredMap> maps = {});

}  // namespace tailbound::bpf

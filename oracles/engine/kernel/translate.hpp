// Bytecode as bpf(2) takes it: map indices become file descriptors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/fd.hpp"

namespace tailbound::engine::kernel {

/// One 64-bit word an instruction slot, in the kernel's layout (struct bpf_insn). `maps` are those of the
/// Lowered that the program is part of. Local calls, helpers and the offsets of map values are the kernel's
/// already.
void translate(const bpf::Bytecode& program, std::span<const Fd> maps, std::vector<std::uint64_t>& into);

}  // namespace tailbound::engine::kernel

// Whether a record of bytecode is one that a JIT can compile: what programs that nobody lowered go through.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf {

/// Checks the instructions (bpf::validate) and then what they are not enough for: the limits on instructions,
/// functions, frames of a call chain (recursion is a chain without end) and stack; functions side by side over
/// all instructions, each with its own jumps and an end of its own; local calls to first instructions; an
/// origin for every slot and a site for every tail call; maps that exist. The error names the first instruction
/// at fault. What a JIT does not compile (kinds of address, helpers, kernel functions) it refuses itself.
std::expected<void, InsnError> check_bytecode(const Bytecode& program, std::span<const LoweredMap> maps);

/// First instructions of the functions that local calls lead to, the main's 0 first, in order. The instructions
/// have passed bpf::validate. Error: the call that leads to one function too many.
std::expected<std::vector<std::uint32_t>, InsnError> find_functions(std::span<const Insn> insns);

/// Where a jump of this slot leads, as a slot's index; nothing when it is no jump. Local calls are none.
std::optional<std::uint32_t> jump_target(std::span<const Insn> insns, std::uint32_t at);

}  // namespace tailbound::bpf

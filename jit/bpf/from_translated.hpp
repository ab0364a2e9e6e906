// What a kernel made of a program before it compiled it (BPF_OBJ_GET_INFO_BY_FD: xlated_prog_insns), as a
// record that a JIT compiles with Options::translated.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf {

/// `functions`: first instructions, main's 0 first; `maps`: ids, by the index that takes their place in loads
/// of addresses. Local calls are written as the kernel shows them (the function's number in imm, the distance
/// in off) and become distances again. Stack depths are 0 and no site is direct: that is not in the
/// instructions. Registers go to r11. The error names the first instruction that is none, leads outside its
/// function, or a map that is not listed.
std::expected<Bytecode, InsnError> from_translated(std::span<const Insn> insns,
                                                   std::span<const std::uint32_t> functions,
                                                   std::span<const std::uint32_t> maps);

/// Bytes of stack that a function's instructions touch: what the verifier counted, since it has removed what
/// cannot be reached. Nothing where an address in the frame is made by other than a move and an addition after
/// it.
std::optional<std::uint32_t> translated_stack(const Bytecode& program, const LoweredFunction& function);

/// First instructions of the functions, as local calls name them.
std::vector<std::uint32_t> translated_functions(std::span<const Insn> insns);

}  // namespace tailbound::bpf

// Assembler text of BPF instructions, in the notation of the kernel's verifier log and of LLVM:
// `r1 += 5`, `w0 = w1`, `r2 = *(u64 *)(r10 - 8)`, `if r1 s> -1 goto +3`, `call 7`, `exit`.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/insn.hpp"

namespace tailbound::bpf {

/// One instruction as text; `next` is the second slot of a two-slot load. Never fails: a slot that is no
/// instruction reads `.word 0x…`, which assemble() takes too. Map loads read `r1 = map 3` and
/// `r1 = map_value 3 + 16`; jumps are relative: `goto +2` skips two slots.
std::string to_text(const Insn& insn, const Insn* next = nullptr);

/// A program, one instruction a line, without labels.
std::string to_text(std::span<const Insn> program);

/// Text to slots: an instruction a line or separated by `;`, `#` and `//` start comments, labels `name:` may be
/// jump targets (`goto name`). assemble(to_text(p)) == p for every p that is whole (no two-slot load cut).
std::expected<std::vector<Insn>, ParseError> assemble(std::string_view text);

}  // namespace tailbound::bpf

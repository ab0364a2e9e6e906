// The type information that the verifier asks for before a subprogram may tail-call: a name and a signature
// for each function.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

/// One blob for all programs: `int main(void *ctx)` and, for every subprogram index that a program may have and
/// one more, `static int f<index>(void *ctx)`. Written by libbpf once a process.
struct FunctionBtf {
  std::vector<std::uint8_t> bytes;
  std::uint32_t first_function = 0;  // type id of main; the subprograms follow one by one
  std::uint32_t file_name = 0;       // string offset, for line info
  std::uint32_t line = 0;            // likewise
};
const FunctionBtf& function_btf();

/// Rows of a program's functions.
void func_info(const bpf::Bytecode& program, std::vector<JobFunction>& into);
/// A row an instruction (the second half of a two-slot load has none), its number in line_col: what the kernel
/// gives back leads from translated and compiled instructions to these. 32 bits, no line and column.
void line_info(const bpf::Bytecode& program, std::vector<JobLine>& into);

}  // namespace tailbound::engine::kernel

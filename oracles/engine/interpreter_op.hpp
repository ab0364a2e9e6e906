// A decoded instruction: the function that executes it, and its operands ready to use.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::engine::interpreter {

class Machine;
struct Op;

/// Executes `op` and goes on with the next instruction; returns when the run has ended.
using Execute = void (*)(Machine& machine, const Op* op);

/// One a slot of the program, so that distances are those of the bytecode.
struct Op {
  Execute execute = nullptr;
  std::uint64_t imm = 0;  // sign-extended; of a two-slot load the value; of a local call the callee's stack
  std::int32_t off = 0;   // of an access; of a jump or local call the distance in slots from the next one
  std::uint8_t dst = 0;
  std::uint8_t src = 0;
  std::uint8_t opcode = 0;
};

/// What executes an instruction that is_instruction() accepts.
Execute execute_of(const bpf::Insn& insn);
/// What is no instruction: a fault.
Execute execute_undefined();

/// Appends the program, decoded, and one undefined slot behind its end.
void decode(const bpf::Bytecode& program, std::span<const bpf::LoweredMap> maps, std::vector<Op>& into);

/// Bytes of stack of the function that begins at `first_insn`; a whole frame where none is known to.
std::uint32_t stack_of(const bpf::Bytecode& program, std::uint32_t first_insn);

}  // namespace tailbound::engine::interpreter

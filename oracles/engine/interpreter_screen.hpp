// Which slots of a program are instructions at all. Asked once when a program is decoded, so that executing one
// needs no check of registers, reserved fields and jump targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::engine::interpreter {

/// The instruction class, the low three bits of an opcode, as a closed set.
enum class Kind : std::uint8_t { ld, ldx, st, stx, alu32, jmp, jmp32, alu64 };
constexpr Kind kind_of(const bpf::Insn& insn) { return static_cast<Kind>(bpf::class_of(insn)); }

inline constexpr std::int32_t helper_lookup = 1, helper_update = 2, helper_time = 5, helper_random = 7;

/// Whether the slot at `at` is a whole instruction that this interpreter knows: opcode, discriminators,
/// reserved fields, registers, no write to r10, map numbers, targets inside the program.
bool is_instruction(std::span<const bpf::Insn> program, std::size_t at, std::span<const bpf::LoweredMap> maps);

}  // namespace tailbound::engine::interpreter

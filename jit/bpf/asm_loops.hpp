// Loops of asm blocks: counted ones, so that every kernel's verifier sees their end.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "jit/bpf/insn.hpp"

namespace tailbound::bpf {

inline constexpr std::int32_t most_rounds = 16;

/// Why the jump at `at`, whose target is `to` (not behind it), ends no counted loop; empty when it does. A
/// loop reads `rN = count; first: …; rN += -1; if rN != 0 goto first` with a count of 1 to most_rounds.
/// Nothing else in it writes rN, no jump leads into it from outside, and none past the counting. What stands
/// before `at` is without fault.
std::string_view loop_fault(std::span<const Insn> insns, std::size_t at, std::size_t to);

/// Slots that one walk through a block takes at most: those of a loop once a round.
std::uint64_t walked_slots(std::span<const Insn> insns);

}  // namespace tailbound::bpf

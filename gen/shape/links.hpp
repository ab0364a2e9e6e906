// What several shapes share: call trees inside a program, and how a tail call names its slot.
#pragma once

#include "gen/draft.hpp"

namespace tailbound::gen {

/// So many programs, each in the slot of its number in a new array of the same size.
std::uint16_t add_programs(Draft& draft, std::uint32_t count);

/// The slot as a plain constant, or read from data; rarely one out of range, or one that depends on a count.
bpf::Expr slot_index(Draft& draft, std::uint16_t array, std::uint32_t slot);

/// A chain of `depth` subprograms below `caller`, each called `calls` times by the one above, as far as the
/// budget goes; returns the last, or `caller`.
std::uint16_t call_chain(Draft& draft, std::uint16_t program, std::uint16_t caller, std::uint32_t depth,
                         std::uint32_t calls);

/// Puts the tail call into main, or into a subprogram that main reaches once or more.
void tail_call_somewhere(Draft& draft, std::uint16_t program, std::uint16_t array, std::uint32_t slot);

/// Into main, or into a new subprogram that main calls once.
void tail_call_near_main(Draft& draft, std::uint16_t program, std::uint16_t array, std::uint32_t slot,
                         std::uint32_t in_subprogram_percent);

}  // namespace tailbound::gen

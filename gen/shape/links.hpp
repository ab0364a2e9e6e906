// What several shapes share: call trees inside a program, and how a tail call names its slot.
#pragma once

#include "gen/generate.hpp"

namespace tailbound::gen {

/// A constant below the array's size, the same read from data, or (rarely) one out of range.
bpf::Expr slot_index(ByteSource& source, const bpf::ProgArray& array, std::uint32_t slot);

/// A chain of `depth` subprograms below the main, each called `calls` times by the one above; returns the last,
/// or 0 (main) for depth 0. The product of the calls stays within the budget.
std::uint16_t call_chain(bpf::Scenario& scenario, std::uint16_t program, std::uint32_t depth, std::uint32_t calls,
                         const Budget& budget);

/// Puts the tail call into main, or into a subprogram that main calls once or more.
void tail_call_somewhere(ByteSource& source, const Budget& budget, bpf::Scenario& scenario, std::uint16_t program,
                         std::uint16_t array, std::uint32_t slot);

}  // namespace tailbound::gen

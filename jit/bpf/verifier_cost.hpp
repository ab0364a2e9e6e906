// An upper bound of the instructions that a scenario's functions lower to, for the cap on the expanded call
// tree.
#pragma once

#include <cstdint>

#include "jit/bpf/call_graph.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Sums stop here: a hostile tree of calls (fan-out 10, seven deep) costs no more than a small one.
inline constexpr std::uint64_t cost_ceiling = std::uint64_t{1} << 40;

/// Ledger, kept registers and stack at a function's entry.
std::uint64_t entry_cost(const Function& function);

/// One statement of the function: its expressions and calls, neither the callees' bodies nor nested blocks.
std::uint64_t statement_cost(const Function& function, const Statement& statement);

/// `return 0` of the function: what no body can do without.
std::uint64_t least_return_cost(const Function& function);

/// One function, nested blocks included, callees not.
std::uint64_t function_cost(const Function& function);

/// Main's body with each callee's written out at every call. The calls must not be recursive.
std::uint64_t expanded_cost(const Program& program, const Calls& calls, const CallOrder& order);

}  // namespace tailbound::bpf

// Prices are generous: they must never be below what lower() emits (tests/jit/bpf/test_limits.cpp compares).
#include "jit/bpf/verifier_cost.hpp"

#include <algorithm>
#include <bit>
#include <ranges>

#include "jit/bpf/asm_loops.hpp"

namespace tailbound::bpf {

namespace {

namespace price {
constexpr std::uint64_t entry = 28, kept_at_entry = 2, operand = 4, tail_call = 16, helper = 12, store = 6;
constexpr std::uint64_t branch = 3, asm_block = 12, leave = 6, kept_at_return = 3;
}  // namespace price

std::uint64_t kept_values(const Function& function) {
  return static_cast<std::uint64_t>(std::popcount(function.keep)) + (function.stack > 0 ? 1 : 0);
}

std::uint64_t expr_cost(const Expr& expr) {
  return (1 + expr.rest.size()) * price::operand;
}

std::uint64_t return_cost(const Function& function) {
  return price::leave + price::kept_at_return * kept_values(function);
}

}  // namespace

std::uint64_t entry_cost(const Function& function) {
  return price::entry + price::kept_at_entry * kept_values(function);
}

std::uint64_t statement_cost(const Function& function, const Statement& statement) {
  return std::visit(Match{
                        [](const Evaluate& s) { return expr_cost(s.value); },
                        [](const TailCall& s) { return price::tail_call + expr_cost(s.index); },
                        [](const HelperCall&) { return price::helper; },
                        [](const StoreCell& s) { return price::store + expr_cost(s.value); },
                        [](const Asm& s) { return price::asm_block + walked_slots(s.insns); },
                        [](const If& s) { return price::branch + expr_cost(s.left); },
                        [&](const Return& s) { return return_cost(function) + expr_cost(s.value); },
                    },
                    statement.node);
}

std::uint64_t least_return_cost(const Function& function) { return return_cost(function) + price::operand; }

std::uint64_t function_cost(const Function& function) {
  std::uint64_t cost = entry_cost(function);
  visit(function.body, [&](const Statement& s) { cost += statement_cost(function, s); }, [](const Expr&) {});
  return std::min(cost, cost_ceiling);
}

std::uint64_t expanded_cost(const Program& program, const Calls& calls, const CallOrder& order) {
  std::vector<std::uint64_t> costs(calls.size(), 0);
  for (const std::uint16_t function : std::views::reverse(order.order)) {
    std::uint64_t& cost = costs[function];
    cost = function_cost(program.functions[function]);
    for (const std::uint16_t callee : calls[function]) cost = std::min(cost + costs[callee], cost_ceiling);
  }
  return costs[0];
}

}  // namespace tailbound::bpf

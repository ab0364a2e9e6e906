// The steps of repair, in their order, and the walks that change a body in place.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf::repairing {

/// Limits record, fuel and counts; every program has a main, every map a cell, every array sorted slots.
void frame(Scenario& scenario);
/// Each function on its own: shape of the body, then every reference wrapped into what there is.
void functions(Scenario& scenario);
/// Every reference of an event wrapped into what there is; events that can refer to nothing are dropped.
void event_references(Scenario& scenario);
/// No recursion, chains and call trees within the limits record, no uncalled subprogram.
void calls(Scenario& scenario);
/// Attachments that cannot come when they do are dropped.
void probes(Scenario& scenario);
void names(Scenario& scenario);

/// Old function index to new, by program; what is gone has index 0, the main.
using Renumbering = std::vector<std::vector<std::uint16_t>>;
void renumber(Scenario& scenario, const Renumbering& to);

inline Statement zero_return() { return {Return{}}; }

template <class Number>
constexpr Number wrapped(Number value, std::size_t count) {
  return static_cast<Number>(value % count);
}

/// Wraps a reference that must be in range; there must be something to refer to.
CellRef wrapped(const Scenario& scenario, CellRef cell);
FunctionRef wrapped(const Scenario& scenario, FunctionRef function);

/// The statement's own expression, or null: one at most.
Expr* expression_of(Statement& statement);

/// `change(Statement&)` for every statement of a block; what it leaves there is walked into.
template <class Change>
void each_statement(Block& block, Change&& change) {
  for (Statement& statement : block) {
    change(statement);
    if (auto* branch = std::get_if<If>(&statement.node)) {
      each_statement(branch->then_block, change);
      each_statement(branch->else_block, change);
    }
  }
}

/// `change(Operand&, CallValue)` for every call of a block, in the order of the text.
template <class Change>
void each_call(Block& block, Change&& change) {
  each_statement(block, [&](Statement& statement) {
    Expr* expr = expression_of(statement);
    const auto* call = expr == nullptr ? nullptr : std::get_if<CallValue>(&expr->first);
    if (call != nullptr) change(expr->first, CallValue(*call));
  });
}

}  // namespace tailbound::bpf::repairing

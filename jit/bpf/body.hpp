// Questions about a function's body that check and repair both ask.
#pragma once

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Control never comes out at the end.
inline bool always_returns(const Statement& statement);

inline bool always_returns(const Block& block) { return !block.empty() && always_returns(block.back()); }

inline bool always_returns(const Statement& statement) {
  if (std::holds_alternative<Return>(statement.node)) return true;
  const auto* branch = std::get_if<If>(&statement.node);
  return branch != nullptr && always_returns(branch->then_block) && always_returns(branch->else_block);
}

inline bool is_shift(ExprOp op) { return op == ExprOp::lsh || op == ExprOp::rsh; }

}  // namespace tailbound::bpf

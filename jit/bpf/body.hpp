// What check, repair and parser all ask or do of a function's body.
#pragma once

#include <utility>

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

/// `if c { return a } else { return b }` at the end reads `if c { return a } return b`: a body ends in a return.
inline void hoist_last_else(Block& body) {
  while (!body.empty() && always_returns(body.back())) {
    auto* branch = std::get_if<If>(&body.back().node);
    if (branch == nullptr) return;
    Block rest = std::exchange(branch->else_block, {});
    for (Statement& statement : rest) body.push_back(std::move(statement));
  }
}

inline bool is_shift(ExprOp op) { return op == ExprOp::lsh || op == ExprOp::rsh; }

}  // namespace tailbound::bpf

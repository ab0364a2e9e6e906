// The one walk over a block's statements and expressions in text order.
#pragma once

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};

template <class OnStatement, class OnExpr>
void visit(const Block& block, OnStatement&& statement, OnExpr&& expr) {
  for (const Statement& each : block) {
    statement(each);
    std::visit(Match{
                   [&](const Evaluate& s) { expr(s.value); },
                   [&](const TailCall& s) { expr(s.index); },
                   [&](const HelperCall&) {},
                   [&](const StoreCell& s) { expr(s.value); },
                   [&](const Asm&) {},
                   [&](const If& s) {
                     expr(s.left);
                     visit(s.then_block, statement, expr);
                     visit(s.else_block, statement, expr);
                   },
                   [&](const Return& s) { expr(s.value); },
               },
               each.node);
  }
}

}  // namespace tailbound::bpf

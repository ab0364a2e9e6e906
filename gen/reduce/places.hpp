// Where the passes work: every statement, every number, every stretch of a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <vector>

#include "gen/reduce/pass.hpp"
#include "jit/bpf/repair_parts.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// A statement, and where it stands.
struct Spot {
  bpf::Program& program;
  bpf::Function& function;
  bpf::Block& block;
  std::size_t at;

  bpf::Statement& statement() const { return block[at]; }
  bpf::Expr* expression() const { return bpf::repairing::expression_of(block[at]); }
  void erase() const { block.erase(block.begin() + static_cast<std::ptrdiff_t>(at)); }
  /// The statement gives way to others.
  void replace(bpf::Block by) const {
    erase();
    block.insert(block.begin() + static_cast<std::ptrdiff_t>(at), std::make_move_iterator(by.begin()),
                 std::make_move_iterator(by.end()));
  }
};

/// `visit(Block&)` for a block and those inside, until one says that it is done.
template <class Visit>
bool each_block(bpf::Block& block, Visit&& visit) {
  if (visit(block)) return true;
  for (bpf::Statement& statement : block) {
    auto* branch = std::get_if<bpf::If>(&statement.node);
    if (branch == nullptr) continue;
    if (each_block(branch->then_block, visit) || each_block(branch->else_block, visit)) return true;
  }
  return false;
}

/// `visit(const Spot&)` for every statement, until one says that it is done.
template <class Visit>
void each_spot(bpf::Scenario& scenario, Visit&& visit) {
  for (bpf::Program& program : scenario.programs) {
    for (bpf::Function& function : program.functions) {
      const bool done = each_block(function.body, [&](bpf::Block& block) {
        for (std::size_t i = 0; i < block.size(); ++i) {
          if (visit(Spot{program, function, block, i})) return true;
        }
        return false;
      });
      if (done) return;
    }
  }
}

/// Takes stretches out of a list: the whole, halves, quarters, … and every single one. True where it did.
template <class List>
bool drop_stretch(Step& step, List& list) {
  for (std::size_t length = list.size(); length > 0; length /= 2) {
    for (std::size_t first = 0; first + length <= list.size(); first += length) {
      if (!step.here()) continue;
      const auto begin = list.begin() + static_cast<std::ptrdiff_t>(first);
      list.erase(begin, begin + static_cast<std::ptrdiff_t>(length));
      return true;
    }
  }
  return false;
}

/// Steps of a number down: to `least`, to one more, to half, down by one. True where it took one.
template <class Number>
bool lower(Step& step, Number& number, Number least = 0) {
  const auto to = [&](Number value) {
    if (!step.here()) return false;
    number = value;
    return true;
  };
  if (number <= least) return false;
  const auto middle = static_cast<Number>(least + (number - least) / 2);
  return to(least) || to(static_cast<Number>(least + 1)) || to(middle) || to(static_cast<Number>(number - 1));
}

/// Takes out the programs that no event, and nothing that an event comes to, names.
void drop_unreached(bpf::Scenario& scenario);

}  // namespace tailbound::gen

// Where a change happens: one statement of those that it fits, or a gap between two.
#pragma once

#include <optional>

#include "gen/mutate/mutation.hpp"
#include "jit/bpf/repair_parts.hpp"

namespace tailbound::gen {

/// A statement, or the gap before it, in a block of the function.
struct Place {
  bpf::FunctionRef function;
  bpf::Block* block = nullptr;
  std::size_t at = 0;
  unsigned nesting = 0;  // ifs around it

  bpf::Statement& statement() const { return (*block)[at]; }
  void insert(bpf::Statement statement) const;
  void erase() const;
};

using Wanted = bool (*)(const bpf::Statement&);

template <class Node>
bool is(const bpf::Statement& statement) {
  return std::holds_alternative<Node>(statement.node);
}
inline bool is_call(const bpf::Statement& s) {
  const auto* evaluate = std::get_if<bpf::Evaluate>(&s.node);
  return evaluate != nullptr && std::holds_alternative<bpf::CallValue>(evaluate->value.first);
}
inline bool is_any(const bpf::Statement&) { return true; }
/// What a body can do without.
inline bool can_go(const bpf::Statement& s) { return !is<bpf::Return>(s); }

/// One of the function's statements that are wanted; nothing when there is none.
std::optional<Place> find_place(Mutation& mutation, bpf::FunctionRef function, Wanted wanted);
/// The same in any function: from a drawn one on, round all of them.
std::optional<Place> find_place(Mutation& mutation, Wanted wanted);

/// A gap before some statement of the function, mostly of its outermost block.
Place find_gap(Mutation& mutation, bpf::FunctionRef function);

using bpf::repairing::expression_of;

}  // namespace tailbound::gen

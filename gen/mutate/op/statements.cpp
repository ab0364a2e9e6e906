// Statements as they are: dropped, copied, moved.
#include <utility>

#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"

namespace tailbound::gen::op {

using namespace bpf;

bool drop_statement(Mutation& m) {
  const auto place = find_place(m, can_go);
  if (!place) return false;
  place->erase();
  return true;
}

bool copy_statement(Mutation& m) {
  const auto from = find_place(m, can_go);
  if (!from) return false;
  Statement copy = from->statement();
  if (!m.has_room(m.at(from->function), statements_of({copy}))) return false;
  find_gap(m, from->function).insert(std::move(copy));
  return true;
}

/// A call of a subprogram that the new place does not have becomes a call of one that it has.
bool move_statement(Mutation& m) {
  const auto from = find_place(m, can_go);
  if (!from) return false;
  const FunctionRef to = m.any_function();
  Block moved{from->statement()};
  if (to != from->function && statements_of(m.at(to).body) + statements_of(moved) > m.bounds.in_function) {
    return false;
  }
  from->erase();
  const Place gap = find_gap(m, to);
  gap.insert(std::move(moved.front()));
  return gap.block != from->block || gap.at != from->at;
}

bool swap_statements(Mutation& m) {
  const auto place = find_place(m, can_go);
  if (!place || place->at + 1 >= place->block->size()) return false;
  Statement& next = (*place->block)[place->at + 1];
  if (!can_go(next)) return false;
  std::swap(place->statement(), next);
  return true;
}

}  // namespace tailbound::gen::op

// Subprograms: more of them, parts of a body put into one, and back.
#include <iterator>
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

bool room_for_function(const Mutation& m, std::uint16_t program, std::size_t statements) {
  return m.scenario.programs[program].functions.size() < m.bounds.functions &&
         statements_of(m.scenario) + statements <= m.bounds.statements;
}

/// Appends it without a name (repair gives one that is free); gives its number.
std::uint16_t append(Mutation& m, std::uint16_t program, Function function) {
  auto& functions = m.scenario.programs[program].functions;
  function.name.clear();
  functions.push_back(std::move(function));
  return static_cast<std::uint16_t>(functions.size() - 1);
}

}  // namespace

/// It tries a tail call and is called once or twice.
bool add_subprogram(Mutation& m) {
  const FunctionRef caller = m.any_function();
  if (m.scenario.arrays.empty() || !room_for_function(m, caller.program, 4) || !m.has_room(m.at(caller), 4)) {
    return false;
  }
  Function made;
  if (m.source.percent(40)) made.stack = static_cast<std::uint16_t>(m.source.between(1, 24));
  made.keep = static_cast<std::uint8_t>(m.source.percent(40) ? m.source.below(keep::all + 1) : 0);
  const std::uint16_t array = m.index_below(m.scenario.arrays.size());
  made.body.push_back({TailCall{array, draw_index(m, m.scenario.arrays[array])}});
  made.body.push_back({Return{draw_value(m)}});
  const std::uint16_t number = append(m, caller.program, std::move(made));
  for (std::uint32_t calls = m.source.between(1, 2); calls > 0; --calls) {
    find_gap(m, caller).insert({Evaluate{call_value(number)}});
  }
  return true;
}

/// Some statements in a row move into a subprogram that stands in their place.
bool outline(Mutation& m) {
  const auto place = find_place(m, can_go);
  if (!place || !room_for_function(m, place->function.program, 2)) return false;
  Block& block = *place->block;
  std::size_t end = place->at + 1;
  while (end < block.size() && can_go(block[end]) && m.source.percent(50)) ++end;
  const auto first = block.begin() + static_cast<std::ptrdiff_t>(place->at);
  const auto last = block.begin() + static_cast<std::ptrdiff_t>(end);
  Function made;
  if (m.source.percent(50)) made.stack = m.at(place->function).stack;
  made.keep = m.source.percent(50) ? m.at(place->function).keep : std::uint8_t{0};
  made.body.assign(std::make_move_iterator(first), std::make_move_iterator(last));
  made.body.push_back({Return{draw_value(m)}});
  block.erase(first + 1, last);
  // The block stays where it is: only the program's list of functions may move.
  Statement& instead = place->statement();
  const auto number = static_cast<std::uint16_t>(m.scenario.programs[place->function.program].functions.size());
  instead.node = Evaluate{call_value(number)};
  append(m, place->function.program, std::move(made));
  return true;
}

/// The callee's statements stand in the place of its call; what it would return is lost.
bool inline_call(Mutation& m) {
  const auto place = find_place(m, is_call);
  if (!place) return false;
  const auto& call = std::get<CallValue>(std::get<Evaluate>(place->statement().node).value.first);
  Block inner = m.scenario.programs[place->function.program].functions[call.function].body;
  if (!inner.empty() && is<Return>(inner.back())) inner.pop_back();
  if (!m.has_room(m.at(place->function), statements_of(inner))) return false;
  place->erase();
  place->block->insert(place->block->begin() + static_cast<std::ptrdiff_t>(place->at),
                       std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
  return true;
}

/// A call goes to a copy of its callee: the same body in two functions.
bool copy_subprogram(Mutation& m) {
  const auto place = find_place(m, is_call);
  if (!place) return false;
  auto& call = std::get<CallValue>(std::get<Evaluate>(place->statement().node).value.first);
  Function copy = m.scenario.programs[place->function.program].functions[call.function];
  if (!room_for_function(m, place->function.program, statements_of(copy.body))) return false;
  call.function = static_cast<std::uint16_t>(m.scenario.programs[place->function.program].functions.size());
  append(m, place->function.program, std::move(copy));
  return true;
}

}  // namespace tailbound::gen::op

// Tail calls, and how they name their slot.
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

TailCall& tail_call_at(const Place& place) { return std::get<TailCall>(place.statement().node); }

}  // namespace

bool add_tail_call(Mutation& m) {
  const FunctionRef function = m.any_function();
  if (m.scenario.arrays.empty() || !m.has_room(m.at(function))) return false;
  const std::uint16_t array = m.index_below(m.scenario.arrays.size());
  Expr index = draw_index(m, m.scenario.arrays[array]);
  find_gap(m, function).insert({TailCall{array, std::move(index)}});
  return true;
}

bool repeat_tail_call(Mutation& m) {
  const auto place = find_place(m, is<TailCall>);
  if (!place || !m.has_room(m.at(place->function))) return false;
  Statement copy = place->statement();
  place->insert(std::move(copy));
  return true;
}

bool drop_tail_call(Mutation& m) {
  const auto place = find_place(m, is<TailCall>);
  if (!place) return false;
  place->erase();
  return true;
}

/// Direct to indirect and back, to the same slot.
bool hide_index(Mutation& m) {
  const auto place = find_place(m, is<TailCall>);
  if (!place) return false;
  Operand& index = tail_call_at(*place).index.first;
  if (const auto* known = std::get_if<Constant>(&index)) {
    index = Data{static_cast<std::uint32_t>(known->value)};
    return true;
  }
  if (const auto* hidden = std::get_if<Data>(&index)) {
    index = Constant{static_cast<std::int32_t>(hidden->value)};
    return true;
  }
  return false;
}

bool change_index(Mutation& m) {
  const auto place = find_place(m, is<TailCall>);
  if (!place) return false;
  TailCall& call = tail_call_at(*place);
  Expr index = draw_index(m, m.scenario.arrays[call.array]);
  if (index == call.index) return false;
  call.index = std::move(index);
  return true;
}

bool change_array(Mutation& m) {
  const std::size_t arrays = m.scenario.arrays.size();
  if (arrays < 2) return false;
  const auto place = find_place(m, is<TailCall>);
  if (!place) return false;
  TailCall& call = tail_call_at(*place);
  call.array = static_cast<std::uint16_t>((call.array + 1 + m.below(arrays - 1)) % arrays);
  return true;
}

}  // namespace tailbound::gen::op

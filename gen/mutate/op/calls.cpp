// Calls inside a program.
#include <optional>
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"
#include "gen/mutate/reach.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

/// A subprogram that the function may call without recursion: from a drawn one on, round all of them.
std::optional<std::uint16_t> callee_for(Mutation& m, FunctionRef caller) {
  const Program& program = m.scenario.programs[caller.program];
  const std::size_t subprograms = program.functions.size() - 1;
  if (subprograms == 0) return std::nullopt;
  const std::size_t first = m.below(subprograms);
  for (std::size_t i = 0; i < subprograms; ++i) {
    const auto callee = static_cast<std::uint16_t>(1 + (first + i) % subprograms);
    if (!reaches(program, callee, caller.function)) return callee;
  }
  return std::nullopt;
}

}  // namespace

bool add_call(Mutation& m) {
  const FunctionRef caller = m.any_function();
  const auto callee = callee_for(m, caller);
  if (!callee || !m.has_room(m.at(caller))) return false;
  find_gap(m, caller).insert({Evaluate{call_value(*callee)}});
  return true;
}

/// Right after the first: what a count by value multiplies.
bool repeat_call(Mutation& m) {
  const auto place = find_place(m, is_call);
  if (!place || !m.has_room(m.at(place->function))) return false;
  Statement copy = place->statement();
  place->insert(std::move(copy));
  return true;
}

bool change_callee(Mutation& m) {
  const auto place = find_place(m, is_call);
  if (!place) return false;
  const auto callee = callee_for(m, place->function);
  auto& called = std::get<CallValue>(std::get<Evaluate>(place->statement().node).value.first);
  if (!callee || *callee == called.function) return false;
  called.function = *callee;
  return true;
}

bool drop_call(Mutation& m) {
  const auto place = find_place(m, is_call);
  if (!place) return false;
  place->erase();
  return true;
}

}  // namespace tailbound::gen::op

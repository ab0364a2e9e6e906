// Repair from the outside in: each step relies on what the steps before it made sure of.
#include "jit/bpf/repair.hpp"

#include <algorithm>

#include "jit/bpf/repair_parts.hpp"

namespace tailbound::bpf {

namespace repairing {

namespace {

template <class List>
void shorten(List& list, std::size_t most) {
  if (list.size() > most) list.resize(most);
}

void map_cells(ArrayMap& map) {
  if (map.cells.empty()) map.cells.push_back(0);
  shorten(map.cells, cap::cells);
}

void array_slots(ProgArray& array, std::size_t programs) {
  array.size = std::clamp<std::uint32_t>(array.size, 1, cap::array_size);
  for (Slot& slot : array.slots) slot = {wrapped(slot.index, array.size), wrapped(slot.program, programs)};
  std::ranges::sort(array.slots);
  const auto repeated = std::ranges::unique(array.slots, {}, &Slot::index);
  array.slots.erase(repeated.begin(), repeated.end());
}

}  // namespace

void frame(Scenario& scenario) {
  if (find_limits(scenario.limits) == nullptr) scenario.limits = default_limits().name;
  const Limits& limits = *find_limits(scenario.limits);
  scenario.fuel = std::min(scenario.fuel, cap::fuel);
  shorten(scenario.programs, cap::programs);
  shorten(scenario.arrays, cap::arrays);
  shorten(scenario.maps, cap::maps);
  shorten(scenario.events, cap::events);
  if (scenario.programs.empty()) scenario.programs.emplace_back();
  for (Program& program : scenario.programs) {
    if (program.functions.empty()) program.functions.emplace_back();
    shorten(program.functions, limits.functions);
  }
  for (ArrayMap& map : scenario.maps) map_cells(map);
  for (ProgArray& array : scenario.arrays) array_slots(array, scenario.programs.size());
}

CellRef wrapped(const Scenario& scenario, CellRef cell) {
  const std::uint16_t map = wrapped(cell.map, scenario.maps.size());
  return {map, wrapped(cell.index, scenario.maps[map].cells.size())};
}

FunctionRef wrapped(const Scenario& scenario, FunctionRef function) {
  const std::uint16_t program = wrapped(function.program, scenario.programs.size());
  return {program, wrapped(function.function, scenario.programs[program].functions.size())};
}

Expr* expression_of(Statement& statement) {
  return std::visit(Match{
                        [](Evaluate& s) { return &s.value; },
                        [](TailCall& s) { return &s.index; },
                        [](HelperCall&) -> Expr* { return nullptr; },
                        [](StoreCell& s) { return &s.value; },
                        [](Asm&) -> Expr* { return nullptr; },
                        [](If& s) { return &s.left; },
                        [](Return& s) { return &s.value; },
                    },
                    statement.node);
}

}  // namespace repairing

void repair(Scenario& scenario) {
  repairing::frame(scenario);
  repairing::functions(scenario);
  repairing::event_references(scenario);
  repairing::calls(scenario);
  repairing::probes(scenario);
  repairing::names(scenario);
}

}  // namespace tailbound::bpf

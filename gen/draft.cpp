#include "gen/draft.hpp"

#include <algorithm>

namespace tailbound::gen {

std::uint16_t add_program(bpf::Scenario& scenario) {
  const auto index = static_cast<std::uint16_t>(scenario.programs.size());
  scenario.programs.push_back({{{.name = "p" + std::to_string(index), .stack = 0, .keep = 0, .body = {}}}});
  return index;
}

std::uint16_t add_subprogram(bpf::Scenario& scenario, std::uint16_t program) {
  auto& functions = scenario.programs[program].functions;
  const auto index = static_cast<std::uint16_t>(functions.size());
  functions.push_back({.name = "f" + std::to_string(index), .stack = 0, .keep = 0, .body = {}});
  return index;
}

std::uint16_t add_array(bpf::Scenario& scenario, std::uint32_t size) {
  const auto index = static_cast<std::uint16_t>(scenario.arrays.size());
  scenario.arrays.push_back({.name = "a" + std::to_string(index), .size = size, .slots = {}});
  return index;
}

void fill_slot(bpf::ProgArray& array, std::uint32_t index, std::uint16_t program) {
  const auto at = std::lower_bound(array.slots.begin(), array.slots.end(), index,
                                   [](const bpf::Slot& slot, std::uint32_t i) { return slot.index < i; });
  if (at != array.slots.end() && at->index == index) at->program = program;
  else array.slots.insert(at, {index, program});
}

}  // namespace tailbound::gen

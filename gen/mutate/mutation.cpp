#include "gen/mutate/mutation.hpp"

namespace tailbound::gen {

bpf::FunctionRef Mutation::any_function() {
  const std::uint16_t program = any_program();
  return {program, index_below(scenario.programs[program].functions.size())};
}

bpf::CellRef Mutation::any_cell() {
  const std::uint16_t map = index_below(scenario.maps.size());
  return {map, index_below(scenario.maps[map].cells.size())};
}

bool Mutation::has_room(const bpf::Function& function, std::size_t more) const {
  return statements_of(function.body) + more <= bounds.in_function &&
         statements_of(scenario) + more <= bounds.statements;
}

}  // namespace tailbound::gen

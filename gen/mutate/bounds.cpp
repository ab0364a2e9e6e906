#include "gen/mutate/bounds.hpp"

namespace tailbound::gen {

std::size_t statements_of(const bpf::Block& block) {
  std::size_t count = block.size();
  for (const bpf::Statement& statement : block) {
    const auto* branch = std::get_if<bpf::If>(&statement.node);
    if (branch != nullptr) count += statements_of(branch->then_block) + statements_of(branch->else_block);
  }
  return count;
}

std::size_t statements_of(const bpf::Program& program) {
  std::size_t count = 0;
  for (const bpf::Function& function : program.functions) count += statements_of(function.body);
  return count;
}

std::size_t statements_of(const bpf::Scenario& scenario) {
  std::size_t count = 0;
  for (const bpf::Program& program : scenario.programs) count += statements_of(program);
  return count;
}

}  // namespace tailbound::gen

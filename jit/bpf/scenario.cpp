#include "jit/bpf/scenario.hpp"

#include <algorithm>

namespace tailbound::bpf {

FunctionRef Numbering::ref(std::uint32_t function_id) const {
  const auto after = std::upper_bound(first_function.begin(), first_function.end(), function_id);
  const auto program = static_cast<std::uint16_t>(after - first_function.begin() - 1);
  return {program, static_cast<std::uint16_t>(function_id - first_function[program])};
}

std::uint32_t count_sites(const Block& block) {
  std::uint32_t sites = 0;
  for (const Statement& statement : block) {
    if (std::holds_alternative<TailCall>(statement.node)) ++sites;
    if (const If* branch = std::get_if<If>(&statement.node))
      sites += count_sites(branch->then_block) + count_sites(branch->else_block);
  }
  return sites;
}

Numbering number(const Scenario& scenario) {
  Numbering numbering;
  for (const Program& program : scenario.programs) {
    numbering.first_function.push_back(numbering.functions);
    for (const Function& function : program.functions) {
      numbering.first_site.push_back(numbering.sites);
      numbering.sites += count_sites(function.body);
      ++numbering.functions;
    }
  }
  numbering.first_site.push_back(numbering.sites);
  return numbering;
}

}  // namespace tailbound::bpf

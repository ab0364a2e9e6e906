#include "oracles/features/layout.hpp"

#include <algorithm>

namespace tailbound::features {

using namespace bpf;

void Layout::read(const Scenario& scenario, const Observation& seen) {
  functions.clear();
  sites.clear();
  first_function.clear();
  for (const Program& program : scenario.programs) {
    const auto first = static_cast<std::uint32_t>(functions.size());
    first_function.push_back(first);
    for (const Function& function : program.functions) {
      FunctionAt& at = functions.emplace_back();
      at.function = &function;
      at.first_of_program = first;
      at.main = functions.size() == first + 1;
      at.first_site = static_cast<std::uint32_t>(sites.size());
      add_sites(scenario, function.body);
      at.end_site = static_cast<std::uint32_t>(sites.size());
    }
  }
  add_history(seen);
}

void Layout::add_sites(const Scenario& scenario, const Block& block) {
  for (const Statement& statement : block) {
    if (const auto* call = std::get_if<TailCall>(&statement.node)) {
      const auto* known = std::get_if<Constant>(&call->index.first);
      const bool direct = known != nullptr && call->index.rest.empty() &&
                          static_cast<std::uint32_t>(known->value) < scenario.arrays[call->array].size;
      sites.push_back({call, direct});
    } else if (const auto* branch = std::get_if<If>(&statement.node)) {
      add_sites(scenario, branch->then_block);
      add_sites(scenario, branch->else_block);
    }
  }
}

/// Over all runs.
void Layout::add_history(const Observation& seen) {
  for (const RunObservation& run : seen.runs) {
    for (std::uint32_t f = 0; f < functions.size(); ++f) {
      FunctionAt& at = functions[f];
      at.entered |= run.ledger[seen.layout.entry(f)] != 0;
      for (std::uint32_t s = at.first_site; s < at.end_site; ++s) {
        const std::uint64_t tried = run.ledger[seen.layout.attempts(s)];
        if (tried == 0) continue;
        const bool taken = tried > run.ledger[seen.layout.fall_throughs(s)];
        at.took = std::max(at.took, taken ? Took::taken : Took::refused);
      }
    }
  }
}

}  // namespace tailbound::features

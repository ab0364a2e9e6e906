// check_scenario: each program's call graph against the limits record.
#include "jit/bpf/call_graph.hpp"
#include "jit/bpf/check_parts.hpp"
#include "jit/bpf/names.hpp"
#include "jit/bpf/verifier_cost.hpp"
#include "jit/bpf/verifier_stack.hpp"

namespace tailbound::bpf::check {

namespace {

Fault about(const Scenario& scenario, FunctionRef function, const std::string& fault) {
  const std::string kind = function.is_main() ? "program " : "subprogram ";
  return violation(function, kind + name_of(scenario, function) + " " + fault);
}

Fault uncalled(const Scenario& scenario, std::uint16_t program, const CallOrder& order) {
  for (std::uint16_t f = 0; f < order.rank.size(); ++f) {
    if (order.rank[f] == CallOrder::unreached) return about(scenario, {program, f}, "is never called");
  }
  return {};
}

Fault chains(const Scenario& scenario, std::uint16_t program, const Calls& calls, const CallOrder& order,
             const Limits& limits) {
  const auto facts = frame_facts(scenario.programs[program], limits);
  const auto depths = chain_depths(calls, order, facts);
  for (const std::uint16_t f : order.order) {
    const std::string fault = chain_fault(limits, depths[f], facts[f]);
    if (!fault.empty()) return about(scenario, {program, f}, fault);
  }
  return {};
}

Fault program_calls(const Scenario& scenario, std::uint16_t program, const Limits& limits) {
  const Calls calls = calls_of(scenario.programs[program]);
  const CallOrder order = call_order(calls);
  if (auto fault = uncalled(scenario, program, order)) return fault;
  if (const auto function = find_recursive(calls, order)) {
    return about(scenario, {program, *function}, "calls itself, perhaps through others");
  }
  if (auto fault = chains(scenario, program, calls, order, limits)) return fault;
  if (expanded_cost(scenario.programs[program], calls, order) <= limits.expanded_insns) return {};
  return about(scenario, {program, 0},
               "has a call tree of more than " + std::to_string(limits.expanded_insns) + " instructions");
}

}  // namespace

Fault calls(const Scenario& scenario) {
  const Limits& limits = *find_limits(scenario.limits);
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    if (auto fault = program_calls(scenario, p, limits)) return fault;
  }
  return {};
}

}  // namespace tailbound::bpf::check

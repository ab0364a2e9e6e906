// Repair of a program's call graph: calls that must not be become 0, then what is no longer called goes.
#include <algorithm>
#include <numeric>
#include <ranges>

#include "jit/bpf/call_graph.hpp"
#include "jit/bpf/repair_parts.hpp"
#include "jit/bpf/verifier_cost.hpp"
#include "jit/bpf/verifier_stack.hpp"

namespace tailbound::bpf::repairing {

namespace {

/// What a map helper takes from the stack may be what a frame has no room for.
void drop_map_helpers_without_room(Function& function, const Limits& limits) {
  if (rounded_frame(limits, touched_stack(function)) <= limits.stack) return;
  each_statement(function.body, [](Statement& s) {
    auto* call = std::get_if<HelperCall>(&s.node);
    if (call != nullptr && (call->helper == Helper::lookup || call->helper == Helper::update)) {
      *call = {Helper::random, {}};
    }
  });
}

void cut_recursion(Program& program) {
  const CallOrder order = call_order(calls_of(program));
  for (const std::uint16_t caller : order.order) {
    each_call(program.functions[caller].body, [&](Operand& operand, CallValue call) {
      if (!order.leads_forwards(caller, call.function)) operand = Constant{};
    });
  }
}

/// Callers come first, so a function's depth is final when its own calls are judged.
void cut_deep_chains(Program& program, const Limits& limits) {
  const CallOrder order = call_order(calls_of(program));
  const auto facts = frame_facts(program, limits);
  std::vector<ChainDepth> depths(facts.size());
  std::vector<bool> called(facts.size(), false);
  called[0] = true;
  for (const std::uint16_t caller : order.order) {
    if (!called[caller]) continue;
    const ChainDepth below = depths[caller].below(facts[caller]);
    each_call(program.functions[caller].body, [&](Operand& operand, CallValue call) {
      if (!chain_fault(limits, below, facts[call.function]).empty()) {
        operand = Constant{};
      } else {
        depths[call.function].join(below);
        called[call.function] = true;
      }
    });
  }
}

/// Fits one function with its callees written out into the cap. First a statement's call goes, then the
/// statement; room for the return at the end is always left.
class Trim {
 public:
  Trim(Function& function, const std::vector<std::uint64_t>& costs, std::uint64_t most)
      : function_(function), costs_(costs), room_(most - entry_cost(function) - least_return_cost(function)) {}

  void run() {
    Statement last = std::move(function_.body.back());
    function_.body.pop_back();
    fit(function_.body);
    room_ += least_return_cost(function_);
    function_.body.push_back(take(last) ? std::move(last) : zero_return());
  }

 private:
  void fit(Block& block) {
    Block kept;
    for (Statement& statement : block) {
      if (!take(statement)) continue;
      if (auto* branch = std::get_if<If>(&statement.node)) {
        fit(branch->then_block);
        fit(branch->else_block);
      }
      kept.push_back(std::move(statement));
    }
    block = std::move(kept);
  }

  bool take(Statement& statement) {
    Expr* expr = expression_of(statement);
    const auto* call = expr == nullptr ? nullptr : std::get_if<CallValue>(&expr->first);
    if (call != nullptr && pay(statement_cost(function_, statement) + costs_[call->function])) return true;
    if (call != nullptr) expr->first = Constant{};
    return pay(statement_cost(function_, statement));
  }

  bool pay(std::uint64_t cost) {
    if (cost > room_) return false;
    room_ -= cost;
    return true;
  }

  Function& function_;
  const std::vector<std::uint64_t>& costs_;
  std::uint64_t room_;
};

std::uint64_t cost_with_callees(Function& function, const std::vector<std::uint64_t>& costs) {
  std::uint64_t cost = function_cost(function);
  each_call(function.body, [&](Operand&, CallValue call) { cost += costs[call.function]; });
  return cost;
}

/// Callees come first, so each one's cost is final, and within the cap, when its callers are judged.
void trim_call_tree(Program& program, std::uint64_t most) {
  const CallOrder order = call_order(calls_of(program));
  std::vector<std::uint64_t> costs(program.functions.size(), 0);
  for (const std::uint16_t f : std::views::reverse(order.order)) {
    Function& function = program.functions[f];
    costs[f] = cost_with_callees(function, costs);
    if (costs[f] <= most) continue;
    Trim(function, costs, most).run();
    costs[f] = cost_with_callees(function, costs);
  }
}

/// New indices of the functions that stay; those of the others are 0.
std::vector<std::uint16_t> drop_uncalled(Program& program) {
  const CallOrder order = call_order(calls_of(program));
  std::vector<std::uint16_t> to(program.functions.size(), 0);
  std::uint16_t kept = 0;
  for (std::size_t f = 0; f < to.size(); ++f) {
    if (order.rank[f] == CallOrder::unreached) continue;
    if (kept != f) program.functions[kept] = std::move(program.functions[f]);
    to[f] = kept++;
  }
  program.functions.resize(kept);
  return to;
}

/// Asked before anything is changed: most programs are as they must be, and one look at the calls says so.
bool fits(const Program& program, const Limits& limits) {
  const Calls calls = calls_of(program);
  const CallOrder order = call_order(calls);
  if (order.order.size() != calls.size() || find_recursive(calls, order)) return false;
  const auto facts = frame_facts(program, limits);
  const auto depths = chain_depths(calls, order, facts);
  for (std::size_t f = 0; f < facts.size(); ++f) {
    if (facts[f].bytes > limits.stack || !chain_fault(limits, depths[f], facts[f]).empty()) return false;
  }
  return expanded_cost(program, calls, order) <= limits.expanded_insns;
}

std::vector<std::uint16_t> unchanged(const Program& program) {
  std::vector<std::uint16_t> to(program.functions.size());
  std::iota(to.begin(), to.end(), std::uint16_t{0});
  return to;
}

void fit_program(Program& program, const Limits& limits) {
  for (Function& function : program.functions) drop_map_helpers_without_room(function, limits);
  cut_recursion(program);
  cut_deep_chains(program, limits);
  trim_call_tree(program, limits.expanded_insns);
}

}  // namespace

void calls(Scenario& scenario) {
  const Limits& limits = *find_limits(scenario.limits);
  Renumbering to;
  bool dropped = false;
  for (Program& program : scenario.programs) {
    if (fits(program, limits)) {
      to.push_back(unchanged(program));
      continue;
    }
    fit_program(program, limits);
    to.push_back(drop_uncalled(program));
    dropped = dropped || to.back().size() != program.functions.size();
  }
  if (dropped) renumber(scenario, to);
}

}  // namespace tailbound::bpf::repairing

#include "gen/draft.hpp"

#include <algorithm>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/verifier_cost.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

/// Frames are drawn later: every function pays for all kept registers, a stack, and a return of two operands.
std::uint32_t empty_function_cost() {
  static const std::uint32_t cost = [] {
    const Function fullest{.name = {}, .stack = 8, .keep = keep::all, .body = {}};
    const Statement leave = give_back({Data{}, {{ExprOp::add, Data{}}}});
    return static_cast<std::uint32_t>(entry_cost(fullest) + statement_cost(fullest, leave));
  }();
  return cost;
}

std::uint64_t whole_cost(const Function& function, const Statement& statement) {
  std::uint64_t cost = statement_cost(function, statement);
  if (const auto* branch = std::get_if<If>(&statement.node)) {
    for (const Statement& inner : branch->then_block) cost += whole_cost(function, inner);
    for (const Statement& inner : branch->else_block) cost += whole_cost(function, inner);
  }
  return cost;
}

/// What another call makes of a program: nothing where the call tree gets too large or too deep.
std::optional<std::vector<FunctionFacts>> with_calls(const ProgramFacts& program, const Budget& budget) {
  std::vector<FunctionFacts> functions = program.functions;
  for (std::size_t f = 1; f < functions.size(); ++f) functions[f].instances = 0;
  std::uint32_t expanded = 0;
  for (std::uint16_t f = 0; f < functions.size(); ++f) {
    expanded += functions[f].instances;
    if (expanded > budget.expanded_functions || functions[f].frames > budget.frames) return std::nullopt;
    for (const DraftCall& call : program.calls) {
      if (call.caller != f) continue;
      functions[call.callee].instances += functions[f].instances;
      functions[call.callee].frames = std::max(functions[call.callee].frames, functions[f].frames + 1);
    }
  }
  return functions;
}

std::uint64_t expanded_cost(const std::vector<FunctionFacts>& functions) {
  std::uint64_t cost = 0;
  for (const FunctionFacts& function : functions) cost += std::uint64_t{function.instances} * function.cost;
  return cost;
}

}  // namespace

std::uint16_t Draft::add_program() {
  const auto index = static_cast<std::uint16_t>(scenario.programs.size());
  scenario.programs.push_back({{{.name = "p" + std::to_string(index), .stack = 0, .keep = 0, .body = {}}}});
  ProgramFacts& program = facts.emplace_back();
  program.functions.push_back({.cost = empty_function_cost()});
  program.left = default_limits().expanded_insns - empty_function_cost();
  return index;
}

std::uint16_t Draft::add_array(std::uint32_t size) {
  const auto index = static_cast<std::uint16_t>(scenario.arrays.size());
  scenario.arrays.push_back({.name = "a" + std::to_string(index), .size = size, .slots = {}});
  return index;
}

void Draft::fill_slot(std::uint16_t array, std::uint32_t index, std::uint16_t program) {
  auto& slots = scenario.arrays[array].slots;
  const auto at = std::ranges::lower_bound(slots, index, {}, &Slot::index);
  if (at != slots.end() && at->index == index) at->program = program;
  else slots.insert(at, {index, program});
}

std::optional<std::uint16_t> Draft::add_subprogram(std::uint16_t program, std::uint16_t caller,
                                                   std::uint32_t times) {
  ProgramFacts& known = facts[program];
  const FunctionFacts& above = known.functions[caller];
  if (function_count(program) > budget.subprograms || above.frames + 1 > budget.frames) return std::nullopt;
  std::uint32_t expanded = 0;
  for (const FunctionFacts& function : known.functions) expanded += function.instances;
  const std::uint32_t call_cost = static_cast<std::uint32_t>(statement_cost({}, call(1)));
  const auto fits = [&](std::uint32_t n) {
    return expanded + above.instances * n <= budget.expanded_functions &&
           above.instances * n * (empty_function_cost() + call_cost) <= known.left;
  };
  while (times > 0 && !fits(times)) --times;
  if (times == 0) return std::nullopt;

  const auto callee = static_cast<std::uint16_t>(function_count(program));
  const std::uint32_t instances = above.instances * times;
  known.left -= instances * (empty_function_cost() + call_cost);
  known.functions[caller].cost += times * call_cost;
  known.functions.push_back(
      {.instances = instances, .cost = empty_function_cost(), .frames = known.functions[caller].frames + 1});
  auto& functions = scenario.programs[program].functions;
  functions.push_back({.name = "f" + std::to_string(callee), .stack = 0, .keep = 0, .body = {}});
  for (std::uint32_t i = 0; i < times; ++i) {
    known.calls.push_back({caller, callee});
    functions[caller].body.push_back(call(callee));
  }
  return callee;
}

bool Draft::add_call(std::uint16_t program, std::uint16_t caller, std::uint16_t callee) {
  ProgramFacts& known = facts[program];
  known.calls.push_back({caller, callee});
  if (auto functions = with_calls(known, budget)) {
    (*functions)[caller].cost += static_cast<std::uint32_t>(statement_cost({}, call(callee)));
    const std::uint64_t more = expanded_cost(*functions) - expanded_cost(known.functions);
    if (more <= known.left) {
      known.left -= static_cast<std::uint32_t>(more);
      known.functions = std::move(*functions);
      function({program, caller}).body.push_back(call(callee));
      return true;
    }
  }
  known.calls.pop_back();
  return false;
}

bool Draft::add_tail_call(FunctionRef ref, std::uint16_t array, Expr index) {
  Statement statement{TailCall{array, std::move(index)}};
  if (!afford(ref, statement)) return false;
  facts_of(ref).tail_calls = true;
  function(ref).body.push_back(std::move(statement));
  return true;
}

bool Draft::afford(FunctionRef ref, const Statement& statement) {
  return pay(ref, whole_cost(function(ref), statement));
}

bool Draft::afford_expr(FunctionRef ref, const Expr& expr) {
  return pay(ref, statement_cost(function(ref), {Evaluate{expr}}));
}

bool Draft::pay(FunctionRef ref, std::uint64_t cost) {
  const std::uint64_t whole = cost * facts_of(ref).instances;
  if (whole > facts[ref.program].left) return false;
  facts[ref.program].left -= static_cast<std::uint32_t>(whole);
  facts_of(ref).cost += static_cast<std::uint32_t>(cost);
  return true;
}

}  // namespace tailbound::gen

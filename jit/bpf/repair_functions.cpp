// Repair of each function on its own: the shape of its body, then what its statements refer to.
#include <algorithm>
#include <iterator>
#include <utility>

#include "jit/bpf/asm_block.hpp"
#include "jit/bpf/body.hpp"
#include "jit/bpf/repair_parts.hpp"

namespace tailbound::bpf::repairing {

namespace {

constexpr std::uint32_t longest_stack = 512;

// --- shape ---

bool is_empty_asm(const Statement& statement) {
  const auto* block = std::get_if<Asm>(&statement.node);
  return block != nullptr && block->insns.empty();
}

/// Drops statements that follow one that always returns.
void cut_unreached(Block& block) {
  const auto last = std::ranges::find_if(block, [](const Statement& s) { return always_returns(s); });
  if (last != block.end()) block.erase(last + 1, block.end());
}

/// Brings a block within what is left of the caps; never looks deeper than they reach.
void prune(Block& block, std::uint32_t nesting, std::uint32_t& left) {
  std::erase_if(block, is_empty_asm);
  std::size_t taken = 0;
  for (; taken < block.size() && left > 0; ++taken) {
    --left;
    auto* branch = std::get_if<If>(&block[taken].node);
    if (branch == nullptr) continue;
    if (nesting == cap::nesting) {
      block[taken].node = Evaluate{Expr(std::move(branch->left))};
      continue;
    }
    prune(branch->then_block, nesting + 1, left);
    prune(branch->else_block, nesting + 1, left);
  }
  block.resize(taken);
  cut_unreached(block);
}

std::size_t count_statements(const Block& block) {
  std::size_t count = 0;
  visit(block, [&](const Statement&) { ++count; }, [](const Expr&) {});
  return count;
}

void end_in_return(Block& body) {
  hoist_last_else(body);
  if (!body.empty() && always_returns(body.back())) return;
  if (count_statements(body) == cap::statements) body.pop_back();
  body.push_back(zero_return());
}

// --- references ---

class References {
 public:
  References(const Scenario& scenario, FunctionRef self)
      : scenario_(scenario), functions_(scenario.programs[self.program].functions.size()) {}

  void fix(Statement& statement, std::uint32_t stack) const {
    if (auto* call = std::get_if<TailCall>(&statement.node)) fix_tail_call(statement, *call);
    if (auto* helper = std::get_if<HelperCall>(&statement.node)) fix_helper(*helper);
    if (auto* store = std::get_if<StoreCell>(&statement.node)) fix_store(statement, *store);
    if (auto* block = std::get_if<Asm>(&statement.node)) fix_asm(*block, stack);
    if (Expr* expr = expression_of(statement)) fix_expr(*expr);
  }

 private:
  void fix_tail_call(Statement& statement, TailCall& call) const {
    if (scenario_.arrays.empty()) {
      statement.node = Evaluate{Expr(std::move(call.index))};
    } else {
      call.array = wrapped(call.array, scenario_.arrays.size());
    }
  }

  void fix_helper(HelperCall& call) const {
    if (call.helper == Helper::lookup && scenario_.maps.empty()) call.helper = Helper::random;
    switch (call.helper) {
      case Helper::lookup: call.cell = wrapped(scenario_, call.cell); return;
      case Helper::update:
        call.cell = {0, static_cast<std::uint16_t>(call.cell.index % (most_update_key + 1))};
        return;
      case Helper::time:
      case Helper::random: call.cell = {}; return;
    }
  }

  void fix_store(Statement& statement, StoreCell& store) const {
    if (scenario_.maps.empty()) {
      statement.node = Evaluate{Expr(std::move(store.value))};
    } else {
      store.cell = wrapped(scenario_, store.cell);
    }
  }

  static void fix_asm(Asm& block, std::uint32_t stack) {
    if (block.insns.size() > cap::asm_insns) block.insns.resize(cap::asm_insns);
    repair_asm(block.insns, stack);
  }

  void fix_expr(Expr& expr) const {
    if (expr.rest.size() > cap::terms) expr.rest.resize(cap::terms);
    fix_operand(expr.first);
    for (ExprTerm& term : expr.rest) {
      if (std::holds_alternative<CallValue>(term.operand)) term.operand = Constant{};
      fix_operand(term.operand);
      auto* amount = std::get_if<Constant>(&term.operand);
      if (is_shift(term.op) && amount != nullptr) amount->value &= 63;
    }
  }

  void fix_operand(Operand& operand) const {
    if (auto* cell = std::get_if<Cell>(&operand)) {
      if (scenario_.maps.empty()) {
        operand = Constant{};
      } else {
        cell->cell = wrapped(scenario_, cell->cell);
      }
    } else if (auto* entries = std::get_if<Entries>(&operand)) {
      entries->function = wrapped(scenario_, entries->function);
    } else if (auto* call = std::get_if<CallValue>(&operand)) {
      if (functions_ == 1) {
        operand = Constant{};
      } else if (call->function == 0 || call->function >= functions_) {
        call->function = static_cast<std::uint16_t>(1 + call->function % (functions_ - 1));
      }
    }
  }

  const Scenario& scenario_;
  std::size_t functions_;
};

void fix_function(const Scenario& scenario, FunctionRef self, Function& function) {
  if (function.stack > longest_stack) function.stack %= longest_stack + 1;
  function.keep &= keep::all;
  std::uint32_t left = cap::statements;
  prune(function.body, 0, left);
  end_in_return(function.body);
  const References references(scenario, self);
  each_statement(function.body, [&](Statement& s) { references.fix(s, function.stack); });
}

}  // namespace

void functions(Scenario& scenario) {
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    auto& functions = scenario.programs[p].functions;
    for (std::uint16_t f = 0; f < functions.size(); ++f) fix_function(scenario, {p, f}, functions[f]);
  }
}

}  // namespace tailbound::bpf::repairing

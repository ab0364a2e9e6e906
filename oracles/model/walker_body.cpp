// The walk through one function's body.
#include "oracles/model/arithmetic.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::model {

template <class Rule>
auto BasicWalker<Rule>::walk_body(std::uint32_t function) -> BodyEnd {
  for (std::uint32_t at = flat_.functions[function].first_op;; ++at) {
    const FlatOp& op = flat_.ops[at];
    switch (op.kind) {
      case FlatOp::Kind::evaluate:
        evaluate(op.expr);
        break;
      case FlatOp::Kind::tail_call:
        if (const std::uint32_t target = attempt(op); target != no_program) return {0, flat_.first_function[target]};
        break;
      case FlatOp::Kind::helper_call:
        frame().cell = rule_.helper_call(frame().cell);
        break;
      case FlatOp::Kind::store_cell:
        flat_.cells[op.place] = evaluate(op.expr);
        break;
      case FlatOp::Kind::foreign:
        asm_seen_[run_] = 1;
        break;
      case FlatOp::Kind::branch_unless:
        if (!goes_on(op)) at = op.place - 1;
        break;
      case FlatOp::Kind::jump:
        at = op.place - 1;
        break;
      case FlatOp::Kind::leave: {
        const std::uint64_t value = evaluate(op.expr);
        ledger_.read_back(flat_.functions[function].live);
        return {value, no_program};
      }
    }
  }
}

/// The left side is evaluated in any case: it may call.
template <class Rule>
bool BasicWalker<Rule>::goes_on(const FlatOp& branch) {
  const bool compared = holds(branch.compare, evaluate(branch.expr), branch.right);
  return branch.way == Branch::open ? compared : branch.way == Branch::always;
}

/// The target when the attempt is taken, else no_program.
template <class Rule>
std::uint32_t BasicWalker<Rule>::attempt(const FlatOp& op) {
  const auto index = static_cast<std::uint32_t>(evaluate(op.expr));
  const FlatArray& array = flat_.arrays[op.place];
  const std::uint32_t program = index < array.size ? flat_.slots[array.first_slot + index] : no_program;

  ledger_.attempt(op.site);
  const auto outcome = rule_.attempt(frame().cell, index, array.size, program != no_program);
  ContextCount& context = contexts_[context_];
  context.taken += outcome.taken;
  context.out_of_range += outcome.out_of_range;
  context.at_limit += outcome.at_limit;
  context.empty += outcome.empty;
  if (attempts_.size() < options_.keep_attempts) keep(op, index, program, outcome);
  if (outcome.taken) return program;
  ledger_.fall_through(op.site);
  return no_program;
}

template <class Rule>
void BasicWalker<Rule>::keep(const FlatOp& op, std::uint32_t index, std::uint32_t program,
                             const typename Rule::Attempt& outcome) {
  using enum AttemptKind;
  AttemptSeen& seen = attempts_.emplace_back();
  seen.site = op.site;
  seen.function = frame().function;
  seen.index = index;
  seen.program = program;
  seen.depth = static_cast<std::uint32_t>(frames_.size());
  seen.before = static_cast<std::uint32_t>(outcome.before);
  seen.on_path = frame().on_path;
  seen.kind = outcome.taken ? taken : outcome.out_of_range ? out_of_range : outcome.at_limit ? at_limit : empty;
  const FlatArray& array = flat_.arrays[op.place];
  if (index < array.size) seen.slot = slot_state_[array.first_slot + index];
}

template <class Rule>
std::uint64_t BasicWalker<Rule>::compute(const FlatExpr& expr) {
  std::uint64_t value = 0;
  for (std::uint32_t i = expr.first; i < expr.end; ++i) {
    value = apply(flat_.operands[i].op, value, operand(flat_.operands[i]));
  }
  return value;
}

template <class Rule>
std::uint64_t BasicWalker<Rule>::operand(const FlatOperand& operand) {
  switch (operand.kind) {
    case FlatOperand::Kind::number: return operand.value;
    case FlatOperand::Kind::cell: return flat_.cells[operand.value];
    case FlatOperand::Kind::entries: return ledger_.entries(static_cast<std::uint32_t>(operand.value));
    case FlatOperand::Kind::call: return call(static_cast<std::uint32_t>(operand.value));
  }
  return 0;
}

template <class Rule>
std::uint64_t BasicWalker<Rule>::call(std::uint32_t function) {
  const std::size_t cells = world_.mark();
  const MachineWorld::Ref caller = frame().cell;
  const MachineWorld::Ref callee =
      attached_[function] != 0 ? rule_.call_through_trampoline(caller) : rule_.call(caller);
  const std::uint64_t value = arrive(function, callee);
  frame().cell = rule_.return_to(caller, callee);
  world_.forget_after(cells);
  return value;
}

template class BasicWalker<MachineRule>;
template class BasicWalker<WrongRule<MachineWorld>>;

}  // namespace tailbound::model

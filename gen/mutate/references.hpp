// Every place that names a program by number.
#pragma once

#include <cstdint>
#include <utility>

#include "jit/bpf/repair_parts.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// `change(bpf::FunctionRef&)` for the functions that a program's bodies ask about.
template <class Change>
void each_entries_of(bpf::Program& program, Change&& change) {
  const auto operand = [&](bpf::Operand& o) {
    if (auto* entries = std::get_if<bpf::Entries>(&o)) change(entries->function);
  };
  for (bpf::Function& function : program.functions) {
    bpf::repairing::each_statement(function.body, [&](bpf::Statement& statement) {
      bpf::Expr* const expr = bpf::repairing::expression_of(statement);
      if (expr == nullptr) return;
      operand(expr->first);
      for (bpf::ExprTerm& term : expr->rest) operand(term.operand);
    });
  }
}

/// `change(std::uint16_t&)` for every program that an event names.
template <class Change>
void each_program_of(bpf::Event& event, Change&& change) {
  const auto slot = [&](bpf::SetSlot& e) {
    if (e.program) change(*e.program);
  };
  std::visit(bpf::Match{
                 [&](bpf::Run& e) {
                   change(e.program);
                   for (bpf::Expect& expect : e.expectations) change(expect.function.program);
                 },
                 slot,
                 [](bpf::SetCell&) {},
                 [&](bpf::AtEntry& e) {
                   change(e.function.program);
                   slot(e.change);
                 },
                 [&](bpf::Attach& e) {
                   change(e.probe);
                   change(e.target.program);
                 },
                 [&](bpf::Detach& e) {
                   change(e.probe);
                   change(e.target.program);
                 },
             },
             event);
}

/// Takes the program out; what named it names the first one, and slots that held it are empty.
inline void erase_program(bpf::Scenario& scenario, std::uint16_t gone) {
  scenario.programs.erase(scenario.programs.begin() + gone);
  const auto fix = [&](std::uint16_t& program) {
    if (program > gone) --program;
    else if (program == gone) program = 0;
  };
  for (bpf::ProgArray& array : scenario.arrays) {
    std::erase_if(array.slots, [&](const bpf::Slot& slot) { return slot.program == gone; });
    for (bpf::Slot& slot : array.slots) fix(slot.program);
  }
  for (bpf::Program& program : scenario.programs) {
    each_entries_of(program, [&](bpf::FunctionRef& function) { fix(function.program); });
  }
  for (bpf::Event& event : scenario.events) each_program_of(event, fix);
}

/// What a file expects of its runs holds for that file alone.
inline void forget_expectations(bpf::Scenario& scenario) {
  for (bpf::Event& event : scenario.events) {
    if (auto* run = std::get_if<bpf::Run>(&event)) run->expectations.clear();
  }
}

}  // namespace tailbound::gen

// Every place where a scenario names a part of itself by position.
#pragma once

#include "jit/bpf/repair_parts.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// For visitors that mind some of the kinds: the others stay as they are.
struct OtherReferences {
  void program(std::uint16_t&) const {}
  void array(std::uint16_t&) const {}
  void map(std::uint16_t&) const {}
  void function(FunctionRef&) const {}
  void call(std::uint16_t, std::uint16_t&) const {}
};

/// Calls visitor.program(std::uint16_t&), .array(std::uint16_t&), .map(std::uint16_t&), .function(FunctionRef&)
/// and, for calls within program `p`, .call(p, std::uint16_t&), in the order of the text.
template <class Visitor>
void each_reference(Block& block, std::uint16_t p, Visitor&& visitor) {
  const auto operand = [&](Operand& o) {
    if (auto* cell = std::get_if<Cell>(&o)) visitor.map(cell->cell.map);
    if (auto* entries = std::get_if<Entries>(&o)) visitor.function(entries->function);
    if (auto* call = std::get_if<CallValue>(&o)) visitor.call(p, call->function);
  };
  repairing::each_statement(block, [&](Statement& statement) {
    if (auto* call = std::get_if<TailCall>(&statement.node)) visitor.array(call->array);
    if (auto* store = std::get_if<StoreCell>(&statement.node)) visitor.map(store->cell.map);
    auto* helper = std::get_if<HelperCall>(&statement.node);
    if (helper != nullptr && helper->helper == Helper::lookup) visitor.map(helper->cell.map);
    Expr* const expr = repairing::expression_of(statement);
    if (expr == nullptr) return;
    operand(expr->first);
    for (ExprTerm& term : expr->rest) operand(term.operand);
  });
}

template <class Visitor>
void each_reference(Event& event, Visitor&& visitor) {
  const auto slot = [&](SetSlot& e) {
    visitor.array(e.array);
    if (e.program) visitor.program(*e.program);
  };
  std::visit(Match{
                 [&](Run& e) {
                   visitor.program(e.program);
                   for (Expect& expect : e.expectations) {
                     if (expect.kind == Expect::Kind::entries) visitor.function(expect.function);
                     if (expect.kind == Expect::Kind::cell) visitor.map(expect.cell.map);
                   }
                 },
                 slot,
                 [&](SetCell& e) { visitor.map(e.cell.map); },
                 [&](AtEntry& e) {
                   visitor.function(e.function);
                   slot(e.change);
                 },
                 [&](Attach& e) {
                   visitor.program(e.probe);
                   visitor.function(e.target);
                 },
                 [&](Detach& e) {
                   visitor.program(e.probe);
                   visitor.function(e.target);
                 },
             },
             event);
}

template <class Visitor>
void each_reference(Scenario& scenario, Visitor&& visitor) {
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    for (Function& function : scenario.programs[p].functions) each_reference(function.body, p, visitor);
  }
  for (ProgArray& array : scenario.arrays) {
    for (Slot& slot : array.slots) visitor.program(slot.program);
  }
  for (Event& event : scenario.events) each_reference(event, visitor);
}

}  // namespace tailbound::bpf

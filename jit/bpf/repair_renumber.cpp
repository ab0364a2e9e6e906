// Repair: functions are gone, so whatever refers to functions by number is told the new ones.
#include "jit/bpf/repair_parts.hpp"

namespace tailbound::bpf::repairing {

namespace {

class Renumber {
 public:
  explicit Renumber(const Renumbering& to) : to_(to) {}

  void operator()(FunctionRef& ref) const { ref.function = to_[ref.program][ref.function]; }

  void body(Block& block, std::uint16_t program) const {
    each_statement(block, [&](Statement& statement) {
      if (Expr* expr = expression_of(statement)) expression(*expr, program);
    });
  }

  void event(Event& event) const {
    std::visit(Match{
                   [&](Run& e) {
                     for (Expect& expect : e.expectations) (*this)(expect.function);
                   },
                   [](SetSlot&) {},
                   [](SetCell&) {},
                   [&](AtEntry& e) { (*this)(e.function); },
                   [&](Attach& e) { (*this)(e.target); },
                   [&](Detach& e) { (*this)(e.target); },
               },
               event);
  }

 private:
  void expression(Expr& expr, std::uint16_t program) const {
    operand(expr.first, program);
    for (ExprTerm& term : expr.rest) operand(term.operand, program);
  }

  void operand(Operand& operand, std::uint16_t program) const {
    if (auto* entries = std::get_if<Entries>(&operand)) (*this)(entries->function);
    if (auto* call = std::get_if<CallValue>(&operand)) call->function = to_[program][call->function];
  }

  const Renumbering& to_;
};

}  // namespace

void renumber(Scenario& scenario, const Renumbering& to) {
  const Renumber apply(to);
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    for (Function& function : scenario.programs[p].functions) apply.body(function.body, p);
  }
  for (Event& event : scenario.events) apply.event(event);
}

}  // namespace tailbound::bpf::repairing

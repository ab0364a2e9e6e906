// check_scenario: one function at a time.
#include "jit/bpf/asm_block.hpp"
#include "jit/bpf/body.hpp"
#include "jit/bpf/check_parts.hpp"
#include "jit/bpf/names.hpp"

namespace tailbound::bpf::check {

namespace {

constexpr std::uint32_t longest_stack = 512;  // MAX_BPF_STACK: of one frame, whatever the limits record

/// A sentence without its subject, or nothing when all is well. Once there is a fault the rest is not looked
/// at.
class BodyCheck {
 public:
  BodyCheck(const Scenario& scenario, FunctionRef self)
      : scenario_(scenario), function_(scenario.programs[self.program].functions[self.function]), self_(self) {}

  std::string fault() {
    if (function_.stack > longest_stack) {
      report("has " + std::to_string(function_.stack) + " bytes of stack, at most " +
             std::to_string(longest_stack) + " are allowed");
    }
    if (function_.keep > keep::all) report("keeps registers other than r6 to r9");
    block(function_.body, 0);
    if (!failed()) ending();
    return fault_;
  }

 private:
  bool failed() const { return !fault_.empty(); }
  void report(std::string fault) {
    if (!failed()) fault_ = std::move(fault);
  }
  void require(bool holds, std::string_view fault) {
    if (!holds) report(std::string(fault));
  }

  void ending() {
    require(!function_.body.empty() && std::holds_alternative<Return>(function_.body.back().node),
            "does not end in a return");
  }

  void block(const Block& block, std::uint32_t nesting) {
    for (std::size_t i = 0; i < block.size() && !failed(); ++i) {
      if (++statements_ > cap::statements) {
        return report("has more than " + std::to_string(cap::statements) + " statements");
      }
      statement(block[i], nesting);
      if (!failed() && i + 1 < block.size() && always_returns(block[i])) {
        report("has a statement after one that always returns");
      }
    }
  }

  void statement(const Statement& statement, std::uint32_t nesting) {
    std::visit(Match{
                   [&](const Evaluate& s) { expr(s.value); },
                   [&](const TailCall& s) {
                     require(s.array < scenario_.arrays.size(),
                             "tail-calls through a prog_array that does not exist");
                     expr(s.index);
                   },
                   [&](const HelperCall& s) { helper(s); },
                   [&](const StoreCell& s) {
                     require(is_cell(scenario_, s.cell), "stores into a map cell that does not exist");
                     expr(s.value);
                   },
                   [&](const Asm& s) { asm_block(s); },
                   [&](const If& s) { branch(s, nesting + 1); },
                   [&](const Return& s) { expr(s.value); },
               },
               statement.node);
  }

  void branch(const If& s, std::uint32_t nesting) {
    if (nesting > cap::nesting) {
      return report("nests ifs deeper than " + std::to_string(cap::nesting));
    }
    expr(s.left);
    block(s.then_block, nesting);
    block(s.else_block, nesting);
  }

  void helper(const HelperCall& s) {
    switch (s.helper) {
      case Helper::lookup:
        return require(is_cell(scenario_, s.cell), "looks up a map cell that does not exist");
      case Helper::update:
        return require(s.cell.map == 0 && s.cell.index <= most_update_key, "updates a key beyond 31");
      case Helper::time:
      case Helper::random: return require(s.cell == CellRef{}, "gives a cell to a helper that takes none");
    }
  }

  void asm_block(const Asm& s) {
    if (s.insns.empty()) return report("has an empty asm block");
    if (s.insns.size() > cap::asm_insns) {
      return report("has an asm block of " + std::to_string(s.insns.size()) + " slots, at most " +
                    std::to_string(cap::asm_insns) + " are allowed");
    }
    if (const auto why = find_asm_fault(s.insns, function_.stack)) {
      report("has an asm block whose insn " + std::to_string(why->insn) + " is at fault: " + why->message);
    }
  }

  void expr(const Expr& expr) {
    if (expr.rest.size() > cap::terms) {
      return report("has an expression of more than " + std::to_string(cap::terms) + " operators");
    }
    operand(expr.first);
    for (const ExprTerm& term : expr.rest) {
      require(!std::holds_alternative<CallValue>(term.operand), "has a call that does not stand first");
      operand(term.operand);
      const auto* amount = std::get_if<Constant>(&term.operand);
      require(!is_shift(term.op) || amount == nullptr || (amount->value >= 0 && amount->value < 64),
              "shifts by a constant that is not 0 to 63");
    }
  }

  void operand(const Operand& operand) {
    std::visit(Match{
                   [](const Constant&) {},
                   [](const Data&) {},
                   [&](const Cell& o) {
                     require(is_cell(scenario_, o.cell), "reads a map cell that does not exist");
                   },
                   [&](const Entries& o) {
                     require(is_function(scenario_, o.function),
                             "asks for the entries of a function that does not exist");
                   },
                   [&](const CallValue& o) {
                     require(o.function != 0, "calls its main function");
                     require(is_function(scenario_, {self_.program, o.function}),
                             "calls a subprogram that does not exist");
                   },
               },
               operand);
  }

  const Scenario& scenario_;
  const Function& function_;
  FunctionRef self_;
  std::uint32_t statements_ = 0;
  std::string fault_;
};

}  // namespace

Fault functions(const Scenario& scenario) {
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    for (std::uint16_t f = 0; f < scenario.programs[p].functions.size(); ++f) {
      const std::string fault = BodyCheck(scenario, {p, f}).fault();
      if (!fault.empty()) return violation({p, f}, "function " + name_of(scenario, {p, f}) + " " + fault);
    }
  }
  return {};
}

}  // namespace tailbound::bpf::check

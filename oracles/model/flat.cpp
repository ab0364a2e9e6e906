// Flattening: ids in the order of the text, blocks into jumps.
#include "oracles/model/flat.hpp"

#include "oracles/model/arithmetic.hpp"

namespace tailbound::model {

namespace {

using bpf::Match;

/// What a return adds to `live`: each kept register (r6 is the context and adds nothing), then the deepest
/// stack bytes, cut to the width that they are read with.
std::uint64_t live_at_return(const bpf::Function& function, std::uint32_t id) {
  std::uint64_t live = 0;
  for (unsigned reg = 7; reg <= 9; ++reg) {
    const bool kept = (function.keep & (1U << (reg - 6))) != 0;
    if (kept) live += static_cast<std::uint64_t>(bpf::live_value(id, reg));
  }
  if (function.stack > 0) {
    const auto bits = 8 * static_cast<unsigned>(bpf::stack_probe_width(function.stack));
    const std::uint64_t mask = ~std::uint64_t{0} >> (64 - bits);
    live += static_cast<std::uint64_t>(bpf::live_value(id, 10)) & mask;
  }
  return live;
}

class Flattening {
 public:
  Flattening(const bpf::Scenario& scenario, Flat& into, bool drop_branches) : scenario_(scenario), flat_(into) {
    if (drop_branches) ways_ = dropped_branches(scenario);
  }

  void run() {
    maps();
    arrays();
    number_functions();
    for (std::uint32_t p = 0; p < scenario_.programs.size(); ++p) {
      first_of_program_ = flat_.first_function[p];
      for (const bpf::Function& function : scenario_.programs[p].functions) add(function);
    }
    flat_.layout.sites = sites_;
  }

 private:
  void maps() {
    flat_.first_cell.clear();
    flat_.cells.clear();
    for (const bpf::ArrayMap& map : scenario_.maps) {
      flat_.first_cell.push_back(static_cast<std::uint32_t>(flat_.cells.size()));
      flat_.cells.insert(flat_.cells.end(), map.cells.begin(), map.cells.end());
    }
  }

  void arrays() {
    flat_.arrays.clear();
    flat_.slots.clear();
    for (const bpf::ProgArray& array : scenario_.arrays) {
      const auto first = static_cast<std::uint32_t>(flat_.slots.size());
      flat_.arrays.push_back({first, array.size});
      flat_.slots.resize(first + array.size, no_program);
      for (const bpf::Slot& slot : array.slots) flat_.slots[first + slot.index] = slot.program;
    }
  }

  void number_functions() {
    flat_.first_function.clear();
    std::uint32_t functions = 0;
    for (const bpf::Program& program : scenario_.programs) {
      flat_.first_function.push_back(functions);
      functions += static_cast<std::uint32_t>(program.functions.size());
    }
    flat_.layout.functions = functions;
    flat_.functions.clear();
    flat_.ops.clear();
    flat_.operands.clear();
  }

  void add(const bpf::Function& function) {
    const auto id = static_cast<std::uint32_t>(flat_.functions.size());
    flat_.functions.push_back({next_op(), live_at_return(function, id)});
    add(function.body);
  }

  void add(const bpf::Block& block) {
    for (const bpf::Statement& statement : block) std::visit([&](const auto& s) { add(s); }, statement.node);
  }

  void add(const bpf::Evaluate& s) { push(FlatOp::Kind::evaluate, flat(s.value)); }
  void add(const bpf::TailCall& s) {
    FlatOp& op = push(FlatOp::Kind::tail_call, flat(s.index), s.array);
    op.site = sites_++;
  }
  void add(const bpf::HelperCall&) { push(FlatOp::Kind::helper_call); }
  void add(const bpf::StoreCell& s) {
    push(FlatOp::Kind::store_cell, flat(s.value), flat_.position(s.cell));
  }
  void add(const bpf::Asm&) { push(FlatOp::Kind::foreign); }
  void add(const bpf::Return& s) { push(FlatOp::Kind::leave, flat(s.value)); }

  void add(const bpf::If& s) {
    const std::uint32_t branch = next_op();
    FlatOp& op = push(FlatOp::Kind::branch_unless, flat(s.left));
    op.compare = s.compare;
    op.right = sign_extended(s.right);
    if (ifs_ < ways_.size()) op.way = ways_[ifs_];
    ++ifs_;
    add(s.then_block);
    const std::uint32_t over_else = next_op();
    if (!s.else_block.empty()) push(FlatOp::Kind::jump);
    flat_.ops[branch].place = next_op();
    add(s.else_block);
    if (!s.else_block.empty()) flat_.ops[over_else].place = next_op();
  }

  FlatExpr flat(const bpf::Expr& expr) {
    const auto first = static_cast<std::uint32_t>(flat_.operands.size());
    const FlatOperand operand = flat(expr.first, bpf::ExprOp::add);
    if (expr.rest.empty() && operand.kind == FlatOperand::Kind::number) return {first, first, operand.value};
    flat_.operands.push_back(operand);
    for (const bpf::ExprTerm& term : expr.rest) flat_.operands.push_back(flat(term.operand, term.op));
    return {first, static_cast<std::uint32_t>(flat_.operands.size()), 0};
  }

  FlatOperand flat(const bpf::Operand& operand, bpf::ExprOp op) const {
    using Kind = FlatOperand::Kind;
    return std::visit(
        Match{
            [&](const bpf::Constant& o) { return FlatOperand{Kind::number, op, sign_extended(o.value)}; },
            [&](const bpf::Data& o) { return FlatOperand{Kind::number, op, o.value}; },
            [&](const bpf::Cell& o) { return FlatOperand{Kind::cell, op, flat_.position(o.cell)}; },
            [&](const bpf::Entries& o) { return FlatOperand{Kind::entries, op, flat_.id(o.function)}; },
            [&](const bpf::CallValue& o) {
              return FlatOperand{Kind::call, op, first_of_program_ + o.function};
            },
        },
        operand);
  }

  std::uint32_t next_op() const { return static_cast<std::uint32_t>(flat_.ops.size()); }
  /// The reference holds until the next push.
  FlatOp& push(FlatOp::Kind kind, FlatExpr expr = {}, std::uint32_t place = 0) {
    FlatOp& op = flat_.ops.emplace_back();
    op.kind = kind;
    op.expr = expr;
    op.place = place;
    return op;
  }

  const bpf::Scenario& scenario_;
  Flat& flat_;
  std::uint32_t first_of_program_ = 0;
  std::uint32_t sites_ = 0;
  std::vector<Branch> ways_;  // by `if`; empty: all are open
  std::size_t ifs_ = 0;
};

}  // namespace

void flatten(const bpf::Scenario& scenario, Flat& into, bool drop_branches) {
  Flattening(scenario, into, drop_branches).run();
}

}  // namespace tailbound::model

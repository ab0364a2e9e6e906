#include "oracles/model/dropped_branches.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "jit/bpf/scenario_visit.hpp"
#include "oracles/model/arithmetic.hpp"

namespace tailbound::model {

namespace {

using bpf::Match;

/// More values than this are treated as unknown: the verifier would follow them, a person would not.
constexpr std::size_t most_values = 64;

/// What an expression may be, as far as the verifier knows; unknown: anything.
struct Values {
  bool unknown = false;
  std::vector<std::uint64_t> known;

  void add(std::uint64_t value) {
    if (unknown || std::ranges::find(known, value) != known.end()) return;
    known.push_back(value);
    if (known.size() > most_values) *this = {.unknown = true, .known = {}};
  }
  void add(const Values& other) {
    if (other.unknown) *this = {.unknown = true, .known = {}};
    for (const std::uint64_t value : other.known) add(value);
  }
};

/// Zero times anything, and zero and anything, is zero.
bool absorbs(bpf::ExprOp op, const Values& left) {
  return (op == bpf::ExprOp::mul || op == bpf::ExprOp::bit_and) && !left.unknown &&
         std::ranges::all_of(left.known, [](std::uint64_t value) { return value == 0; });
}

class ProgramBranches {
 public:
  ProgramBranches(const bpf::Program& program, std::vector<Branch>& branches)
      : program_(program), returned_(program.functions.size()), branches_(branches) {}

  void decide() {
    for (const bpf::Function& function : program_.functions) {
      // In the text's order: what stands in code that is never reached stays open.
      recording_ = true;
      Values ignored;
      walk(function.body, true, ignored);
      recording_ = false;
    }
  }

 private:
  const Values& returned(std::uint16_t function) {
    std::optional<Values>& values = returned_[function];
    if (!values) {
      const bool recording = std::exchange(recording_, false);
      Values found{.unknown = false, .known = {0}};
      walk(program_.functions[function].body, true, found);
      recording_ = recording;
      values = std::move(found);
    }
    return *values;
  }

  /// Whether the end of the block can be reached; `out` gets what it may return.
  bool walk(const bpf::Block& block, bool reached, Values& out) {
    for (const bpf::Statement& statement : block) {
      if (const auto* leave = std::get_if<bpf::Return>(&statement.node)) {
        if (reached) out.add(evaluate(leave->value));
        reached = false;
      } else if (const auto* branch = std::get_if<bpf::If>(&statement.node)) {
        reached = walk(*branch, reached, out);
      }
    }
    return reached;
  }

  bool walk(const bpf::If& branch, bool reached, Values& out) {
    const Branch way = reached ? way_of(branch) : Branch::open;
    if (recording_) branches_.push_back(way);
    const bool into_then = walk(branch.then_block, reached && way != Branch::never, out);
    const bool into_else = walk(branch.else_block, reached && way != Branch::always, out);
    return into_then || into_else;
  }

  Branch way_of(const bpf::If& branch) {
    const Values left = evaluate(branch.left);
    if (left.unknown) return Branch::open;
    const std::uint64_t right = sign_extended(branch.right);
    const auto taken = [&](std::uint64_t value) { return holds(branch.compare, value, right); };
    if (std::ranges::all_of(left.known, taken)) return Branch::always;
    return std::ranges::none_of(left.known, taken) ? Branch::never : Branch::open;
  }

  Values evaluate(const bpf::Expr& expr) {
    Values value = operand(expr.first);
    for (const bpf::ExprTerm& term : expr.rest) {
      const Values right = operand(term.operand);
      if (absorbs(term.op, value)) continue;
      Values result{.unknown = value.unknown || right.unknown, .known = {}};
      for (const std::uint64_t l : value.known) {
        for (const std::uint64_t r : right.known) result.add(apply(term.op, l, r));
      }
      value = std::move(result);
    }
    return value;
  }

  Values operand(const bpf::Operand& operand) {
    const Values unknown{.unknown = true, .known = {}};
    return std::visit(
        Match{
            [](const bpf::Constant& o) { return Values{.unknown = false, .known = {sign_extended(o.value)}}; },
            [&](const bpf::CallValue& o) { return returned(o.function); },
            [&](const bpf::Data&) { return unknown; },
            [&](const bpf::Cell&) { return unknown; },
            [&](const bpf::Entries&) { return unknown; },
        },
        operand);
  }

  const bpf::Program& program_;
  std::vector<std::optional<Values>> returned_;  // by function
  std::vector<Branch>& branches_;
  bool recording_ = false;
};

}  // namespace

std::vector<Branch> dropped_branches(const bpf::Scenario& scenario) {
  std::vector<Branch> branches;
  for (const bpf::Program& program : scenario.programs) ProgramBranches(program, branches).decide();
  return branches;
}

}  // namespace tailbound::model

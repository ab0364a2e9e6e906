#include "gen/reduce/size.hpp"

#include <bit>

#include "jit/bpf/canonical.hpp"
#include "jit/bpf/codec.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen {

using namespace bpf;

namespace {

enum Part : std::size_t { programs, functions, work, sites, events, slots, room, frames, numbers, defaults };

/// Constants are less than what is read at run time, and small ones less than large ones, negative ones last.
std::uint64_t number_of(const Operand& operand) {
  return std::visit(
      Match{
          [](const Constant& o) -> std::uint64_t { return static_cast<std::uint32_t>(o.value); },
          [](const Data& o) -> std::uint64_t {
            return (std::uint64_t{1} << 33) + (o.value < 0x10000 ? o.value : 0x10000 + (o.value >> 8));
          },
          [](const Cell& o) -> std::uint64_t {
            return (std::uint64_t{1} << 34) + 256U * o.cell.map + o.cell.index;
          },
          [](const Entries&) -> std::uint64_t { return (std::uint64_t{1} << 34) + 0x10000; },
          [](const CallValue& o) -> std::uint64_t { return (std::uint64_t{1} << 35) + o.function; },
      },
      operand);
}

bool is_constant(const Expr& expr) { return expr.rest.empty() && std::holds_alternative<Constant>(expr.first); }
bool is_call(const Expr& expr) { return std::holds_alternative<CallValue>(expr.first); }

/// What an expression adds to its statement. A call is at home in a statement of its own.
std::uint64_t work_of(const Expr& expr) {
  return expr.rest.size() + (is_call(expr) ? 2 : 0) + (is_constant(expr) ? 0 : 1);
}

std::uint64_t work_of(const Statement& statement) {
  return std::visit(
      Match{
          [](const Evaluate& s) { return is_call(s.value) ? 1 + s.value.rest.size() : 2 + work_of(s.value); },
          [](const TailCall& s) { return 1 + work_of(s.index); },
          [](const HelperCall&) -> std::uint64_t { return 1; },
          [](const StoreCell& s) { return 1 + work_of(s.value); },
          [](const Asm& s) { return 1 + s.insns.size(); },
          [](const If& s) { return 1 + work_of(s.left); },
          [](const Return& s) { return work_of(s.value); },
      },
      statement.node);
}

void add_statement(const Statement& statement, Size& size) {
  size[work] += work_of(statement);
  if (const auto* call = std::get_if<TailCall>(&statement.node)) {
    ++size[sites];
    size[numbers] += call->array;
  }
  if (const auto* helper = std::get_if<HelperCall>(&statement.node)) {
    size[numbers] += helper->helper == Helper::random ? 0 : 256U + helper->cell.index + 256U * helper->cell.map;
  }
  if (const auto* branch = std::get_if<If>(&statement.node)) {
    size[numbers] += static_cast<std::uint32_t>(branch->right);
    size[numbers] += branch->else_block.empty() ? 0 : 256;
    size[numbers] += branch->compare == Compare::eq ? 0 : 1;
  }
  if (const auto* block = std::get_if<Asm>(&statement.node)) {
    for (const Insn& insn : block->insns) size[numbers] += static_cast<std::uint32_t>(insn.imm) != 0 ? 1U : 0U;
  }
}

void add(const Function& function, Size& size) {
  ++size[functions];
  size[frames] +=
      16U * (function.stack + static_cast<std::uint64_t>(std::popcount(function.keep))) + function.keep;
  visit(
      function.body, [&](const Statement& s) { add_statement(s, size); },
      [&](const Expr& expr) {
        size[numbers] += number_of(expr.first);
        for (const ExprTerm& term : expr.rest) {
          size[numbers] += number_of(term.operand) + static_cast<std::uint64_t>(term.op);
        }
      });
}

void add(const Event& event, Size& size) {
  const auto slot = [&](const SetSlot& e) {
    size[numbers] += e.array + e.index + (e.program ? 1U + *e.program : 0U);
  };
  std::visit(
      Match{
          [&](const Run& e) {
            size[work] += e.expectations.size();
            size[numbers] += e.program;
          },
          slot,
          [&](const SetCell& e) { size[numbers] += e.cell.map + e.cell.index + std::bit_width(e.value); },
          [&](const AtEntry& e) {
            size[numbers] += e.count + e.function.program + e.function.function;
            slot(e.change);
          },
          [&](const Attach& e) { size[numbers] += static_cast<std::uint64_t>(e.kind); },
          [](const Detach&) {},
      },
      event);
}

std::uint64_t from_defaults(const Scenario& scenario) {
  std::uint64_t distance = scenario.seed;
  if (scenario.type != ProgType::tc) ++distance;
  if (scenario.limits != default_limits().name) ++distance;
  if (scenario.fuel != default_fuel) distance += 1 + scenario.fuel;
  return distance;
}

}  // namespace

Size size_of(const Scenario& scenario) {
  Size size{};
  size[programs] = scenario.programs.size();
  for (const Program& program : scenario.programs) {
    for (const Function& function : program.functions) add(function, size);
  }
  size[events] = scenario.events.size();
  for (const ProgArray& array : scenario.arrays) {
    size[slots] += array.slots.size();
    size[room] += 1 + array.size;
    for (const Slot& slot : array.slots) size[numbers] += slot.index + slot.program;
  }
  for (const ArrayMap& map : scenario.maps) {
    size[room] += 1 + map.cells.size();
    for (const std::uint64_t cell : map.cells)
      size[numbers] += static_cast<std::uint64_t>(std::bit_width(cell));
  }
  for (const Event& event : scenario.events) add(event, size);
  size[defaults] = from_defaults(scenario);
  return size;
}

bool is_smaller(const Scenario& a, const Scenario& b) {
  const auto order = size_of(a) <=> size_of(b);
  if (order != 0) return order < 0;
  const bool canonical = canonical_form(a) == a;
  if (canonical != (canonical_form(b) == b)) return canonical;
  return encode_scenario(a) < encode_scenario(b);
}

}  // namespace tailbound::gen

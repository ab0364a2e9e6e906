#include <bit>

#include "gen/reduce/shrinks.hpp"

namespace tailbound::gen {

using namespace bpf;

namespace {

enum Part : std::size_t { programs, functions, statements, terms, events, slots, room, frames, numbers };

/// Constants are less than what is read at run time, and small ones less than large ones.
std::uint64_t number_of(const Operand& operand) {
  return std::visit(
      Match{
          [](const Constant& o) -> std::uint64_t { return static_cast<std::uint32_t>(o.value); },
          [](const Data& o) -> std::uint64_t { return (std::uint64_t{1} << 33) + (o.value >> 8); },
          [](const Cell&) -> std::uint64_t { return std::uint64_t{1} << 34; },
          [](const Entries&) -> std::uint64_t { return std::uint64_t{1} << 34; },
          [](const CallValue& o) -> std::uint64_t { return (std::uint64_t{1} << 35) + o.function; },
      },
      operand);
}

void add(const Function& function, Size& size) {
  ++size[functions];
  size[frames] += function.stack + static_cast<std::uint64_t>(std::popcount(function.keep));
  visit(
      function.body,
      [&](const Statement& s) {
        ++size[statements];
        if (const auto* block = std::get_if<Asm>(&s.node)) size[terms] += block->insns.size();
      },
      [&](const Expr& expr) {
        size[terms] += expr.rest.size();
        size[numbers] += number_of(expr.first);
        for (const ExprTerm& term : expr.rest) size[numbers] += number_of(term.operand);
      });
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
    for (const Slot& slot : array.slots) size[numbers] += slot.program;
  }
  for (const ArrayMap& map : scenario.maps) {
    size[room] += 1 + map.cells.size();
    for (const std::uint64_t cell : map.cells) size[numbers] += cell != 0 ? 1 : 0;
  }
  for (const Event& event : scenario.events) {
    if (const auto* run = std::get_if<Run>(&event)) size[terms] += run->expectations.size();
    if (const auto* change = std::get_if<AtEntry>(&event)) size[numbers] += change->count;
    if (const auto* run = std::get_if<Run>(&event)) size[numbers] += run->program;
  }
  size[numbers] += scenario.seed;
  return size;
}

}  // namespace tailbound::gen

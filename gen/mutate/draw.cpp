#include "gen/mutate/draw.hpp"

#include <array>

namespace tailbound::gen {

using namespace bpf;

namespace {

constexpr std::uint32_t compares = 11;
constexpr std::uint32_t expr_ops = 8;

std::uint64_t special(ByteSource& source) {
  constexpr std::array<std::uint64_t, 10> numbers = {
      0, 1, 33, 34, 255, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0xffffffffffffffff};
  return numbers[source.below(numbers.size())];
}

Operand number(ByteSource& source) {
  if (source.percent(50)) return Constant{static_cast<std::int32_t>(source.below(64))};
  return Data{source.percent(20) ? special(source) : source.below(64)};
}

}  // namespace

Operand draw_operand(Mutation& m) {
  switch (m.source.below(3)) {
    case 0: return Entries{m.any_function()};
    case 1:
      if (!m.scenario.maps.empty()) return Cell{m.any_cell()};
      break;
    default: break;
  }
  return number(m.source);
}

Expr draw_value(Mutation& m) {
  Expr value{draw_operand(m), {}};
  if (m.source.percent(35)) {
    const auto op = static_cast<ExprOp>(m.source.below(expr_ops));
    const bool shifts = op == ExprOp::lsh || op == ExprOp::rsh;
    const auto amount = static_cast<std::int32_t>(m.source.below(64));
    value.rest.push_back({op, shifts ? Operand{Constant{amount}} : draw_operand(m)});
  }
  return value;
}

std::uint64_t draw_slot(Mutation& m, const ProgArray& array) {
  if (!array.slots.empty() && m.source.percent(60)) return array.slots[m.below(array.slots.size())].index;
  if (m.source.percent(70)) return m.source.below(array.size);
  switch (m.source.below(4)) {
    case 0: return array.size;
    case 1: return array.size + m.source.below(1000);
    // Only the low 32 bits are the index.
    case 2: return m.source.below(array.size) | std::uint64_t{1} << 32;
    default: return special(m.source);
  }
}

Expr draw_index(Mutation& m, const ProgArray& array) {
  const std::uint64_t slot = draw_slot(m, array);
  if (m.source.percent(10)) {
    const auto mask = static_cast<std::int32_t>(m.source.percent(50) ? 1 : 3);
    return {Entries{m.any_function()}, {{ExprOp::bit_and, Constant{mask}}}};
  }
  if (slot > INT32_MAX || m.source.percent(30)) return data(slot);
  return constant(static_cast<std::int64_t>(slot));
}

SetSlot draw_change(Mutation& m) {
  const std::uint16_t array = m.index_below(m.scenario.arrays.size());
  const ProgArray& slots = m.scenario.arrays[array];
  const auto index = static_cast<std::uint32_t>(draw_slot(m, slots)) % slots.size;
  SetSlot change{array, index, std::nullopt};
  if (m.source.percent(60)) change.program = m.any_program();
  return change;
}

std::uint64_t draw_near(ByteSource& source, std::uint64_t value) {
  switch (source.below(5)) {
    case 0: return value + 1;
    case 1: return value - 1;
    case 2: return value ^ std::uint64_t{1} << source.below(33);
    case 3: return source.below(64);
    default: return special(source);
  }
}

Compare draw_compare(ByteSource& source) { return static_cast<Compare>(source.below(compares)); }

}  // namespace tailbound::gen

// What stands between calls: helpers, stores, arithmetic.
#include <algorithm>
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

HelperCall draw_helper(Mutation& m) {
  switch (m.source.below(4)) {
    case 0: return {Helper::time, {}};
    case 1: return {Helper::update, {0, static_cast<std::uint16_t>(m.source.below(most_update_key + 1))}};
    case 2:
      if (!m.scenario.maps.empty()) return {Helper::lookup, m.any_cell()};
      break;
    default: break;
  }
  return {Helper::random, {}};
}

/// Of registers r0 to r5, and now and then of the stack; repair mends what cannot stand.
Insn draw_insn(Mutation& m, std::uint32_t stack) {
  constexpr AluOp ops[] = {AluOp::add,     AluOp::sub,     AluOp::mul, AluOp::div, AluOp::mod,  AluOp::bit_or,
                           AluOp::bit_and, AluOp::bit_xor, AluOp::lsh, AluOp::rsh, AluOp::arsh, AluOp::mov};
  const auto dst = static_cast<Reg>(m.source.below(6));
  const auto src = static_cast<Reg>(m.source.below(6));
  const AluOp op = ops[m.below(std::size(ops))];
  const auto number = static_cast<std::int32_t>(m.source.between(1, 31));
  if (stack >= 8 && m.source.percent(25)) return build::store(Width::b8, Reg::r10, -8, src);
  switch (m.source.below(4)) {
    case 0: return build::alu(op, dst, number);
    case 1: return build::alu32(op, dst, number);
    case 2: return build::alu(op, dst, src);
    default: return build::alu32(op, dst, src);
  }
}

}  // namespace

bool add_helper(Mutation& m) {
  const FunctionRef function = m.any_function();
  if (!m.has_room(m.at(function))) return false;
  find_gap(m, function).insert({draw_helper(m)});
  return true;
}

/// The first one brings its map.
bool add_store(Mutation& m) {
  const FunctionRef function = m.any_function();
  if (!m.has_room(m.at(function))) return false;
  if (m.scenario.maps.empty()) {
    m.scenario.maps.push_back({.name = {}, .cells = std::vector<std::uint64_t>(m.bounds.cells, 0)});
  }
  StoreCell store{m.any_cell(), draw_value(m)};
  if (m.source.percent(40)) store.value = {Cell{store.cell}, {{ExprOp::add, Constant{1}}}};
  find_gap(m, function).insert({std::move(store)});
  return true;
}

bool add_asm(Mutation& m) {
  const FunctionRef function = m.any_function();
  if (!m.has_room(m.at(function))) return false;
  Asm block;
  const auto most = static_cast<std::uint32_t>(m.bounds.asm_insns);
  for (std::uint32_t left = m.source.between(1, most); left > 0; --left) {
    block.insns.push_back(draw_insn(m, m.at(function).stack));
  }
  find_gap(m, function).insert({std::move(block)});
  return true;
}

bool change_asm(Mutation& m) {
  const auto place = find_place(m, is<Asm>);
  if (!place) return false;
  auto& insns = std::get<Asm>(place->statement().node).insns;
  const auto at = insns.begin() + static_cast<std::ptrdiff_t>(m.below(insns.size()));
  const Insn insn = draw_insn(m, m.at(place->function).stack);
  if (m.source.percent(30)) insns.erase(at);  // an empty block goes
  else if (insns.size() < m.bounds.asm_insns && m.source.percent(50)) insns.insert(at, insn);
  else *at = insn;
  return true;
}

}  // namespace tailbound::gen::op

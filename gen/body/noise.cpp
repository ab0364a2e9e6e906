#include "gen/body/body.hpp"
#include "gen/draft.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

constexpr std::uint32_t cells = 4;

Expr value(ByteSource& source, const Scenario& scenario) {
  const auto any_cell = [&] { return Cell{{0, static_cast<std::uint16_t>(source.below(cells))}}; };
  const auto any_function = [&] {
    const auto p =
        static_cast<std::uint16_t>(source.below(static_cast<std::uint32_t>(scenario.programs.size())));
    const auto functions = static_cast<std::uint32_t>(scenario.programs[p].functions.size());
    return FunctionRef{p, static_cast<std::uint16_t>(source.below(functions))};
  };
  switch (source.below(4)) {
    case 0: return constant(static_cast<std::int32_t>(source.below(1000)));
    case 1: return {any_cell(), {{ExprOp::add, Constant{1}}}};
    case 2: return {Entries{any_function()}, {{ExprOp::bit_xor, any_cell()}}};
    default: return {Data{source.below(5)}, {{ExprOp::mul, any_cell()}, {ExprOp::rsh, Constant{3}}}};
  }
}

Statement noise(ByteSource& source, const Scenario& scenario) {
  const auto cell = CellRef{0, static_cast<std::uint16_t>(source.below(cells))};
  switch (source.below(7)) {
    case 6: return {HelperCall{Helper::update, {0, static_cast<std::uint16_t>(source.below(20))}}};
    case 0: return {HelperCall{Helper::random, {}}};
    case 1: return {HelperCall{Helper::time, {}}};
    case 2: return {HelperCall{Helper::lookup, cell}};
    case 3: return {StoreCell{cell, value(source, scenario)}};
    case 4: return {StoreCell{cell, value(source, scenario)}};
    default: {
      If branch{.left = value(source, scenario),
                .compare = static_cast<Compare>(source.below(11)),
                .right = static_cast<std::int32_t>(source.below(40)) - 4,
                .then_block = {{StoreCell{cell, value(source, scenario)}}},
                .else_block = {}};
      if (source.percent(50)) branch.else_block.push_back({HelperCall{Helper::random, {}}});
      return {std::move(branch)};
    }
  }
}

}  // namespace

void draw_noise(ByteSource& source, Scenario& scenario) {
  if (!source.percent(50)) return;
  scenario.maps.push_back({.name = "m0", .cells = {0, source.below(50), 0, source.below(7)}});
  for (Program& program : scenario.programs) {
    for (Function& function : program.functions) {
      if (!source.percent(25)) continue;
      const std::uint32_t at = source.below(static_cast<std::uint32_t>(function.body.size()) + 1);
      function.body.insert(function.body.begin() + at, noise(source, scenario));
    }
  }
}

namespace {

/// A call or tail call stands under a condition on what was counted or stored, so that control depends on
/// state.
void guard_a_call(ByteSource& source, const Scenario& scenario, Function& function) {
  if (function.body.empty()) return;
  Statement& chosen = function.body[source.below(static_cast<std::uint32_t>(function.body.size()))];
  const bool calls =
      std::holds_alternative<Evaluate>(chosen.node) || std::holds_alternative<TailCall>(chosen.node);
  if (!calls) return;
  chosen = {If{.left = value(source, scenario),
               .compare = static_cast<Compare>(source.below(11)),
               .right = static_cast<std::int32_t>(source.below(30)),
               .then_block = {chosen},
               .else_block = {}}};
}

/// What the last call gives is handed on, so that the value of a taken tail call reaches the run's end.
void draw_return(ByteSource& source, Function& function) {
  const auto* last = function.body.empty() ? nullptr : std::get_if<Evaluate>(&function.body.back().node);
  if (last != nullptr && source.percent(40)) {
    Expr value = last->value;
    if (source.percent(50)) value.rest.push_back({ExprOp::add, Data{source.below(100)}});
    function.body.back() = give_back(std::move(value));
    return;
  }
  function.body.push_back(give_back(data(source.below(100))));
}

}  // namespace

void draw_guards(ByteSource& source, Scenario& scenario) {
  if (scenario.maps.empty()) return;  // conditions read the cells that noise brought in
  for (Program& program : scenario.programs) {
    for (Function& function : program.functions) {
      if (source.percent(8)) guard_a_call(source, scenario, function);
    }
  }
}

void draw_returns(ByteSource& source, Scenario& scenario) {
  for (Program& program : scenario.programs) {
    for (Function& function : program.functions) draw_return(source, function);
  }
}

}  // namespace tailbound::gen

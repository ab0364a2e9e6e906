#include "gen/body/body.hpp"
#include "gen/body/value.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

/// What the last call gives is handed on, so that the value of a taken tail call reaches the run's end. The
/// cost of two operands was paid when the function was added.
void draw_return(Draft& draft, Block& body) {
  const auto* last = body.empty() ? nullptr : std::get_if<Evaluate>(&body.back().node);
  if (last != nullptr && draft.source.percent(40)) {
    Expr value = last->value;
    if (draft.source.percent(50)) value.rest.push_back({ExprOp::add, Data{draft.source.below(100)}});
    body.back() = give_back(std::move(value));
    return;
  }
  Expr value = data(draft.source.below(100));
  if (!draft.scenario.maps.empty() && draft.source.percent(25)) {
    value.rest.push_back({ExprOp::bit_xor, Cell{any_cell(draft)}});
  }
  body.push_back(give_back(std::move(value)));
}

}  // namespace

void draw_returns(Draft& draft) {
  for (Program& program : draft.scenario.programs) {
    for (Function& function : program.functions) draw_return(draft, function.body);
  }
}

}  // namespace tailbound::gen

#include <algorithm>

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

/// Where the call stands alone, its statement goes; else its value is 0.
void put_in_place(const Spot& spot, std::uint16_t callee) {
  Block inner = spot.program.functions[callee].body;
  if (!inner.empty() && std::holds_alternative<Return>(inner.back().node)) inner.pop_back();
  if (std::holds_alternative<Evaluate>(spot.statement().node)) return spot.replace(std::move(inner));
  spot.expression()->first = Constant{};
  spot.block.insert(spot.block.begin() + static_cast<std::ptrdiff_t>(spot.at), inner.begin(), inner.end());
}

/// Its frame comes with a callee's statements.
void widen(Function& function, const Function& by) {
  function.stack = std::max(function.stack, by.stack);
  function.keep |= by.keep;
}

}  // namespace

void inline_calls(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    const Expr* const expr = spot.expression();
    const auto* call = expr == nullptr ? nullptr : std::get_if<CallValue>(&expr->first);
    if (call == nullptr) return false;
    const std::uint16_t callee = call->function;
    for (const bool frame_too : {false, true}) {
      if (!step.here()) continue;
      if (frame_too) widen(spot.function, spot.program.functions[callee]);
      put_in_place(spot, callee);
      return true;
    }
    return false;
  });
}

}  // namespace tailbound::gen::pass

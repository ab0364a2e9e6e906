#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void straighten_calls(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    Expr* const expr = spot.expression();
    auto* call = expr == nullptr ? nullptr : std::get_if<CallValue>(&expr->first);
    if (call == nullptr) return false;
    std::vector<std::uint16_t> next;
    repairing::each_call(spot.program.functions[call->function].body,
                         [&](Operand&, CallValue inner) { next.push_back(inner.function); });
    for (const std::uint16_t function : next) {
      if (!step.here()) continue;
      call->function = function;
      return true;
    }
    return false;
  });
}

}  // namespace tailbound::gen::pass

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void unfold_calls(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    Expr* const expr = spot.expression();
    const auto* found = expr == nullptr ? nullptr : std::get_if<CallValue>(&expr->first);
    if (found == nullptr) return false;
    const Statement call{Evaluate{{*found, {}}}};
    if (step.here()) {
      spot.replace({call});
      return true;
    }
    if (!step.here()) return false;
    expr->first = Constant{};
    spot.block.insert(spot.block.begin() + static_cast<std::ptrdiff_t>(spot.at), call);
    return true;
  });
}

}  // namespace tailbound::gen::pass

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void drop_terms(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    Expr* const expr = spot.expression();
    if (expr == nullptr) return false;
    if (drop_stretch(step, expr->rest)) return true;
    // The last term alone.
    if (expr->rest.empty() || !step.here()) return false;
    *expr = {expr->rest.back().operand, {}};
    return true;
  });
}

}  // namespace tailbound::gen::pass

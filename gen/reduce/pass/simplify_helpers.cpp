#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void simplify_helpers(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    auto* call = std::get_if<HelperCall>(&spot.statement().node);
    if (call == nullptr || call->helper == Helper::random) return false;
    if (step.here()) {
      *call = {Helper::random, {}};
      return true;
    }
    // Of a map helper, what its key takes from the stack.
    if (step.here()) {
      spot.function.stack = static_cast<std::uint16_t>(touched_stack(spot.function));
      spot.erase();
      return true;
    }
    return lower(step, call->cell.map) || lower(step, call->cell.index);
  });
}

}  // namespace tailbound::gen::pass

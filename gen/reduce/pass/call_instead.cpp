#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void call_instead(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    if (std::holds_alternative<Return>(spot.statement().node)) return false;
    for (std::uint16_t f = 1; f < spot.program.functions.size(); ++f) {
      if (!step.here()) continue;
      spot.statement().node = Evaluate{{CallValue{f}, {}}};
      return true;
    }
    return false;
  });
}

}  // namespace tailbound::gen::pass

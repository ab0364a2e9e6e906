#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void to_defaults(Step& step) {
  Scenario& s = step.s;
  if (s.fuel != default_fuel && step.here()) s.fuel = default_fuel;
  else if (s.type != ProgType::tc && step.here()) s.type = ProgType::tc;
  else if (s.limits != default_limits().name && step.here()) s.limits = default_limits().name;
  else lower(step, s.seed);
}

}  // namespace tailbound::gen::pass

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/canonical.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void canonical_order(Step& step) {
  if (step.here()) step.s = canonical_form(step.s);
}

}  // namespace tailbound::gen::pass

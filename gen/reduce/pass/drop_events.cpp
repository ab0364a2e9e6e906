#include "gen/mutate/references.hpp"
#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void drop_events(Step& step) {
  if (drop_stretch(step, step.s.events)) return;
  if (step.here()) return forget_expectations(step.s);
  for (Event& event : step.s.events) {
    auto* run = std::get_if<Run>(&event);
    if (run != nullptr && drop_stretch(step, run->expectations)) return;
  }
}

}  // namespace tailbound::gen::pass

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void drop_slots(Step& step) {
  for (ProgArray& array : step.s.arrays) {
    if (drop_stretch(step, array.slots)) return;
  }
}

}  // namespace tailbound::gen::pass

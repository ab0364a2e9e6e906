#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void shrink_arrays(Step& step) {
  for (ProgArray& array : step.s.arrays) {
    const std::uint32_t used = array.slots.empty() ? 1 : array.slots.back().index + 1;
    if (lower(step, array.size, used)) return;
  }
}

}  // namespace tailbound::gen::pass

#include <algorithm>

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/references.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

struct Rename : OtherReferences {
  std::uint16_t from;
  std::uint16_t to;

  void array(std::uint16_t& a) const {
    if (a == from) a = to;
    if (a > from) --a;
  }
};

/// The other array takes what fits: slots that it has stay as they are.
void join(ProgArray& to, const ProgArray& from) {
  to.size = std::max(to.size, from.size);
  for (const Slot& slot : from.slots) {
    if (std::ranges::count(to.slots, slot.index, &Slot::index) == 0) to.slots.push_back(slot);
  }
  std::ranges::sort(to.slots);
}

void drop(Scenario& s, std::uint16_t gone, std::uint16_t to, bool slots_too) {
  if (slots_too) join(s.arrays[to], s.arrays[gone]);
  each_reference(s, Rename{{}, gone, to});
  s.arrays.erase(s.arrays.begin() + gone);
}

}  // namespace

void drop_arrays(Step& step) {
  Scenario& s = step.s;
  if (!s.arrays.empty() && step.here()) return s.arrays.clear();
  for (std::uint16_t gone = 0; gone < s.arrays.size() && s.arrays.size() > 1; ++gone) {
    for (std::uint16_t to = 0; to < s.arrays.size(); ++to) {
      if (to == gone) continue;
      for (const bool slots_too : {false, true}) {
        if (step.here()) return drop(s, gone, to, slots_too);
      }
    }
  }
}

}  // namespace tailbound::gen::pass

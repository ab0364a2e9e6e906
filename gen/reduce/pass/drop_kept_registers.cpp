#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

bool put(Step& step, std::uint8_t& keep, unsigned by) {
  if (keep == by || !step.here()) return false;
  keep = static_cast<std::uint8_t>(by);
  return true;
}

}  // namespace

void drop_kept_registers(Step& step) {
  for (Program& program : step.s.programs) {
    for (Function& function : program.functions) {
      if (function.keep == 0) continue;
      if (put(step, function.keep, 0)) return;
      for (unsigned bit = keep::all + 1; (bit >>= 1) != 0;) {
        if ((function.keep & bit) != 0 && put(step, function.keep, function.keep & ~bit)) return;
        // The register below it in its place.
        const bool moves = (function.keep & bit) != 0 && bit > 1 && (function.keep & bit >> 1) == 0;
        if (moves && put(step, function.keep, (function.keep & ~bit) | bit >> 1)) return;
      }
    }
  }
}

}  // namespace tailbound::gen::pass

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void drop_statements(Step& step) {
  for (Program& program : step.s.programs) {
    for (Function& function : program.functions) {
      if (each_block(function.body, [&](Block& block) { return drop_stretch(step, block); })) return;
    }
  }
}

}  // namespace tailbound::gen::pass

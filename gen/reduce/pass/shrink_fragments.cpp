#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void shrink_fragments(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    auto* block = std::get_if<Asm>(&spot.statement().node);
    if (block == nullptr) return false;
    if (drop_stretch(step, block->insns)) return true;
    for (Insn& insn : block->insns) {
      if (insn.imm == 0 || !step.here()) continue;
      insn.imm = 0;
      return true;
    }
    return false;
  });
}

}  // namespace tailbound::gen::pass

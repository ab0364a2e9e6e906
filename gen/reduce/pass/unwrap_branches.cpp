#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void unwrap_branches(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    auto* branch = std::get_if<If>(&spot.statement().node);
    if (branch == nullptr) return false;
    for (Block If::*arm : {&If::then_block, &If::else_block}) {
      if (!step.here()) continue;
      spot.replace(std::move(branch->*arm));
      return true;
    }
    // Both, one after the other.
    if (!step.here()) return false;
    Block both = std::move(branch->then_block);
    if (!both.empty() && std::holds_alternative<Return>(both.back().node)) both.pop_back();
    both.insert(both.end(), branch->else_block.begin(), branch->else_block.end());
    spot.replace(std::move(both));
    return true;
  });
}

}  // namespace tailbound::gen::pass

#include <utility>

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void simplify_branches(Step& step) {
  each_spot(step.s, [&](const Spot& spot) {
    auto* branch = std::get_if<If>(&spot.statement().node);
    if (branch == nullptr) return false;
    if (branch->compare != Compare::eq && step.here()) {
      branch->compare = Compare::eq;
      return true;
    }
    if (!branch->else_block.empty() && step.here()) {
      std::swap(branch->then_block, branch->else_block);
      branch->else_block.clear();
      return true;
    }
    auto right = static_cast<std::uint32_t>(branch->right);
    if (!lower(step, right)) return false;
    branch->right = static_cast<std::int32_t>(right);
    return true;
  });
}

}  // namespace tailbound::gen::pass

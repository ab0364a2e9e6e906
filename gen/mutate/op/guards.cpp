// Conditions round statements, on what was counted, stored or returned.
#include <iterator>
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

/// A call right before the statement: its value can be the condition.
bool follows_call(const Place& place) { return place.at > 0 && is_call((*place.block)[place.at - 1]); }

unsigned depth_of(const Block& block);
unsigned depth_of(const Statement& statement) {
  const auto* branch = std::get_if<If>(&statement.node);
  if (branch == nullptr) return 0;
  return 1 + std::max(depth_of(branch->then_block), depth_of(branch->else_block));
}
unsigned depth_of(const Block& block) {
  unsigned depth = 0;
  for (const Statement& statement : block) depth = std::max(depth, depth_of(statement));
  return depth;
}

If draw_guard(Mutation& m) {
  return {.left = draw_value(m),
          .compare = draw_compare(m.source),
          .right = static_cast<std::int32_t>(m.source.below(40)) - 4,
          .then_block = {},
          .else_block = {}};
}

}  // namespace

bool add_guard(Mutation& m) {
  auto place = find_place(m, can_go);
  if (!place || !m.has_room(m.at(place->function))) return false;
  if (place->nesting + depth_of(place->statement()) >= cap::nesting) return false;
  If guard = draw_guard(m);
  guard.then_block.push_back(std::move(place->statement()));
  if (follows_call(*place) && m.source.percent(50)) {
    place->erase();
    --place->at;
    guard.left = std::move(std::get<Evaluate>(place->statement().node).value);
  }
  place->statement().node = std::move(guard);
  return true;
}

/// One arm stays.
bool drop_guard(Mutation& m) {
  const auto place = find_place(m, is<If>);
  if (!place) return false;
  auto& branch = std::get<If>(place->statement().node);
  Block arm = std::move(m.source.percent(70) ? branch.then_block : branch.else_block);
  place->erase();
  place->block->insert(place->block->begin() + static_cast<std::ptrdiff_t>(place->at),
                       std::make_move_iterator(arm.begin()), std::make_move_iterator(arm.end()));
  return true;
}

bool change_guard(Mutation& m) {
  const auto place = find_place(m, is<If>);
  if (!place) return false;
  auto& branch = std::get<If>(place->statement().node);
  const If before = {branch.left, branch.compare, branch.right, {}, {}};
  switch (m.source.below(3)) {
    case 0: branch.left = draw_value(m); break;
    case 1: branch.compare = draw_compare(m.source); break;
    default:
      branch.right = static_cast<std::int32_t>(draw_near(m.source, static_cast<std::uint32_t>(branch.right)));
  }
  return before.left != branch.left || before.compare != branch.compare || before.right != branch.right;
}

bool swap_arms(Mutation& m) {
  const auto place = find_place(m, is<If>);
  if (!place) return false;
  auto& branch = std::get<If>(place->statement().node);
  if (branch.then_block == branch.else_block) return false;
  std::swap(branch.then_block, branch.else_block);
  return true;
}

}  // namespace tailbound::gen::op

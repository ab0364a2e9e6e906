#include "gen/mutate/mutate.hpp"

#include "gen/mutate/mutation.hpp"
#include "gen/mutate/references.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::gen {

namespace {

constexpr std::uint32_t one_more = 30;   // percent: of changing a further place
constexpr std::uint32_t most_changes = 4;
/// An operation that finds nothing to change gives way to another.
constexpr int most_tries = 12;

const MutationOp& draw_op(ByteSource& source) {
  static const std::uint32_t sum = [] {
    std::uint32_t weights = 0;
    for (const MutationOp& op : mutation_ops()) weights += op.weight;
    return weights;
  }();
  std::uint32_t left = source.below(sum);
  for (const MutationOp& op : mutation_ops()) {
    if (left < op.weight) return op;
    left -= op.weight;
  }
  return mutation_ops().back();
}

void change_once(Mutation& mutation) {
  for (int tries = 0; tries < most_tries; ++tries) {
    if (!draw_op(mutation.source).apply(mutation)) continue;
    bpf::repair(mutation.scenario);
    return;
  }
}

}  // namespace

void mutate(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  forget_expectations(scenario);
  const Bounds bounds = bounds_of(budget);
  Mutation mutation{source, bounds, scenario};
  change_once(mutation);
  for (std::uint32_t n = 1; n < most_changes && source.percent(one_more); ++n) change_once(mutation);
}

}  // namespace tailbound::gen

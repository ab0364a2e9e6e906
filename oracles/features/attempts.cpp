#include "oracles/features/parts.hpp"

namespace tailbound::features {

namespace {

class Attempts {
 public:
  Attempts(const Layout& layout, Tally& tally) : layout_(layout), tally_(tally) {}

  void add(const model::AttemptSeen& seen, const model::AttemptSeen* previous) {
    const FunctionAt& function = layout_.functions[seen.function];
    const SiteAt& site = layout_.sites[seen.site];
    const std::size_t place = place_of(function);
    const std::size_t direct = site.direct ? 0 : 1;
    const std::size_t count = bucket(count_ends, seen.before);
    const std::size_t depth = bucket(depth_ends, seen.depth);
    // A context of its own begins anew within one that has a path already.
    const std::uint32_t forgotten = seen.before - std::min(seen.before, seen.on_path);
    tally_.add<Of::attempt>(seen.kind, direct, place, count);
    tally_.add<Of::depth>(seen.kind, place, depth);
    tally_.add<Of::forgotten>(seen.kind, place, bucket(count_ends, forgotten));
    tally_.add<Of::count_and_depth>(count, depth);
    tally_.add<Of::index>(operand_kind(site.call->index), has_terms(site.call->index), seen.kind);
    if (previous != nullptr) tally_.add<Of::pair>(previous->kind, seen.kind, where(*previous, seen));
    if (seen.kind != model::AttemptKind::out_of_range) {
      tally_.add<Of::slot>(holds(function, seen), seen.slot, direct, place);
    }
    if (seen.kind == model::AttemptKind::taken) {
      const bpf::Function& target = *layout_.functions[layout_.first_function[seen.program]].function;
      tally_.add<Of::target>(bucket(stack_ends, function.function->stack), bucket(stack_ends, target.stack),
                             place);
    }
  }

 private:
  static std::size_t where(const model::AttemptSeen& previous, const model::AttemptSeen& seen) {
    if (previous.site == seen.site) return 0;
    return previous.function == seen.function ? 1 : 2;
  }

  std::size_t holds(const FunctionAt& function, const model::AttemptSeen& seen) const {
    if (seen.program == model::no_program) return 2;
    return layout_.first_function[seen.program] == function.first_of_program ? 0 : 1;
  }

  const Layout& layout_;
  Tally& tally_;
};

}  // namespace

void count_attempts(const Layout& layout, const model::Walker& walker, Tally& tally) {
  Attempts attempts(layout, tally);
  const model::AttemptSeen* previous = nullptr;
  for (const model::AttemptSeen& seen : walker.attempts()) {
    attempts.add(seen, previous);
    previous = &seen;
  }
}

}  // namespace tailbound::features

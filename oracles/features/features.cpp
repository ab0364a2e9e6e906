#include "oracles/features/features.hpp"

#include "oracles/features/parts.hpp"

namespace tailbound::features {

void count(const bpf::Scenario& scenario, const model::Walker& walker, const Observation& seen,
           std::span<volatile std::uint8_t, counters> into) {
  static thread_local Layout layout;
  layout.read(scenario, seen);
  Tally tally(into);
  count_attempts(layout, walker, tally);
  count_functions(layout, tally);
  count_runs(scenario, layout, seen, tally);
}

void count(const bpf::Scenario& scenario, const Judge& judge, const Judgement&,
           std::span<volatile std::uint8_t, counters> into) {
  count(scenario, judge.walker(), judge.predicted(0), into);
}

}  // namespace tailbound::features

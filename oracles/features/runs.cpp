#include "oracles/features/parts.hpp"

namespace tailbound::features {

using namespace bpf;

namespace {

/// In how many of the later runs the function was entered often enough.
std::uint32_t fired(const Scenario& scenario, std::size_t event, std::uint32_t function,
                    const Observation& seen) {
  const auto& change = std::get<AtEntry>(scenario.events[event]);
  std::size_t run = 0;
  for (std::size_t e = 0; e < event; ++e) run += std::holds_alternative<Run>(scenario.events[e]) ? 1 : 0;
  std::uint32_t times = 0;
  for (; run < seen.runs.size(); ++run) {
    times += seen.runs[run].ledger[seen.layout.entry(function)] >= change.count ? 1U : 0U;
  }
  return times;
}

void count_events(const Scenario& scenario, const Layout& layout, const Observation& seen, Tally& tally) {
  for (std::size_t e = 0; e < scenario.events.size(); ++e) {
    const auto* change = std::get_if<AtEntry>(&scenario.events[e]);
    if (change == nullptr) continue;
    const std::uint32_t id = layout.first_function[change->function.program] + change->function.function;
    const std::uint32_t times = fired(scenario, e, id, seen);
    if (times == 0) continue;
    tally.add<Of::at_entry>(change->change.program ? 0 : 1, bucket(times_ends, times),
                            place_of(layout.functions[id]));
  }
}

void count_sizes(const Scenario& scenario, const Layout& layout, Tally& tally) {
  const std::size_t sizes[] = {scenario.programs.size(), layout.functions.size(), layout.sites.size(),
                               scenario.arrays.size(),   scenario.maps.size(),    scenario.events.size()};
  static_assert(std::size(sizes) == axis::part.size());
  for (std::size_t i = 0; i < std::size(sizes); ++i) tally.add<Of::size>(i, bucket(size_ends, sizes[i]));
}

}  // namespace

void count_runs(const Scenario& scenario, const Layout& layout, const Observation& seen, Tally& tally) {
  for (std::size_t r = 0; r < seen.runs.size(); ++r) {
    const RunObservation& run = seen.runs[r];
    tally.add<Of::tail_calls>(bucket(amount_ends, run.tail_calls(seen.layout)), bucket(run_ends, r));
    if (run.out_of_fuel()) tally.add<Of::fuel>(bucket(run_ends, r));
  }
  count_events(scenario, layout, seen, tally);
  count_sizes(scenario, layout, tally);
}

}  // namespace tailbound::features

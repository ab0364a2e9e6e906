#include "tests/bench/features.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <list>

#include "oracles/features/features.hpp"
#include "tests/bench/mix.hpp"

namespace tailbound::bench {

namespace {

struct Walked {
  explicit Walked(const bpf::Scenario& scenario) : walker({}), seen(&walker.walk(scenario)) {}
  model::Walker walker;
  const Observation* seen;
};

/// The walks of the whole mix, kept: a judge has just made the one that is counted.
std::list<Walked>& walks() {
  static std::list<Walked> all = [] {
    std::list<Walked> made;
    for (const bpf::Scenario& scenario : reference_mix().scenarios) made.emplace_back(scenario);
    return made;
  }();
  return all;
}

void features_of_mix(benchmark::State& state) {
  static std::array<volatile std::uint8_t, features::counters> into{};
  auto walk = walks().begin();
  std::size_t i = 0;
  for (auto _ : state) {
    features::count(reference_mix().scenarios[i], walk->walker, *walk->seen, into);
    ++i;
    if (++walk == walks().end()) {
      walk = walks().begin();
      i = 0;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

}  // namespace

void register_features() { benchmark::RegisterBenchmark("features", features_of_mix); }

}  // namespace tailbound::bench

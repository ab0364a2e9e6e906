#include "tests/bench/mutate.hpp"

#include <benchmark/benchmark.h>

#include "gen/mutate/mutate.hpp"
#include "jit/bpf/repair.hpp"
#include "tests/bench/mix.hpp"

namespace tailbound::bench {

namespace {

const bpf::Scenario& of_mix(std::uint64_t n) {
  return reference_mix().scenarios[n % reference_mix().scenarios.size()];
}

/// A corpus entry is changed once, so every iteration starts from a fresh copy.
template <class Change>
void over_copies(benchmark::State& state, Change&& change) {
  std::uint64_t n = 0;
  bpf::Scenario scenario;
  for (auto _ : state) {
    scenario = of_mix(n);
    change(n++, scenario);
    benchmark::DoNotOptimize(scenario);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void copy(benchmark::State& state) {
  over_copies(state, [](std::uint64_t, bpf::Scenario&) {});
}

void repair(benchmark::State& state) {
  over_copies(state, [](std::uint64_t, bpf::Scenario& scenario) { bpf::repair(scenario); });
}

void mutate(benchmark::State& state) {
  over_copies(state, [](std::uint64_t n, bpf::Scenario& scenario) {
    gen::ByteSource source(n);
    gen::mutate(source, {}, scenario);
  });
}

void cross(benchmark::State& state) {
  std::uint64_t n = 0;
  for (auto _ : state) {
    gen::ByteSource source(n);
    benchmark::DoNotOptimize(gen::cross(source, of_mix(n), of_mix(n + 1)));
    ++n;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

}  // namespace

void register_mutate() {
  benchmark::RegisterBenchmark("copy_scenario", copy);
  benchmark::RegisterBenchmark("repair", repair);
  benchmark::RegisterBenchmark("mutate", mutate);
  benchmark::RegisterBenchmark("cross", cross);
}

}  // namespace tailbound::bench

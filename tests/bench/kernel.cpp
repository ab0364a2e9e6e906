#include "tests/bench/kernel.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>

#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/job_of.hpp"
#include "oracles/engine/kernel/kernel_engine.hpp"
#include "oracles/engine/kernel/runner.hpp"
#include "tests/bench/failure.hpp"
#include "tests/bench/mix.hpp"

namespace tailbound::bench {

namespace {

using namespace engine::kernel;

constexpr std::size_t most_scenarios = 1024;
constexpr std::chrono::seconds time_limit{10};

/// Those of the mix that the engine lets run. Each runs once here.
const std::vector<bpf::Lowered>& safe_mix() {
  static const std::vector<bpf::Lowered> safe = [] {
    const auto engine = make_running_kernel(time_limit);
    const std::span all(reference_mix().lowered);
    const auto mix = all.first(std::min(most_scenarios, all.size()));
    const auto seen = engine->run(mix);
    std::vector<bpf::Lowered> found;
    for (std::size_t i = 0; i < mix.size(); ++i) {
      if (seen[i].unavailable.empty()) found.push_back(mix[i]);
    }
    return found;
  }();
  return safe;
}

/// An iteration is a batch.
void kernel_engine(benchmark::State& state) {
  const auto engine = make_running_kernel(time_limit);
  const std::span mix(safe_mix());
  const auto size = std::min(static_cast<std::size_t>(state.range(0)), mix.size());
  std::size_t at = 0;
  std::int64_t scenarios = 0;
  for (auto _ : state) {
    const auto batch = mix.subspan(at, std::min(size, mix.size() - at));
    for (const Observation& seen : engine->run(batch)) {
      if (!seen.refused.empty()) return fail(state, seen.log);
    }
    scenarios += static_cast<std::int64_t>(batch.size());
    at = at + size >= mix.size() ? 0 : at + size;
  }
  state.SetItemsProcessed(scenarios);
}

/// What a first attempt does: load, run, empty every slot again, close.
void naive_loop(benchmark::State& state) {
  Runner runner;
  Request request{.btf = {function_btf().bytes}, .jobs = std::vector<Job>(1)};
  std::size_t i = 0;
  for (auto _ : state) {
    Job& job = request.jobs[0];
    fill_job(safe_mix()[i], {}, job);
    for (std::uint32_t m = 0; m < job.maps.size(); ++m) {
      for (const JobSlot& slot : job.maps[m].slots)
        job.steps.push_back({.kind = JobStep::Kind::delete_slot, .position = m, .key = slot.key});
    }
    const Answer& answer = runner.execute(request).answers[0];
    if (answer.refused()) return fail(state, answer.refusal.log);
    i = i + 1 == safe_mix().size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

void register_kernel() {
  if (const std::string why = why_no_bpf(); !why.empty()) {
    fmt::print("kernel: not measured: {}\n", why);
    return;
  }
  benchmark::RegisterBenchmark("kernel_naive_loop", naive_loop)->UseRealTime();
  benchmark::RegisterBenchmark("kernel_engine", kernel_engine)->Arg(1)->Arg(128)->UseRealTime();
}

}  // namespace tailbound::bench

#include "tests/bench/whole.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <time.h>

#include <array>
#include <memory>

#include "fuzz/campaign/campaign.hpp"
#include "gen/generate.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/bare_runs.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"
#include "tests/bench/failure.hpp"
#include "tests/bench/mix.hpp"

namespace tailbound::bench {

namespace {

constexpr std::uint64_t scenarios = 1024;

struct Size {
  const char* name;
  gen::Budget budget;
};
constexpr std::array<Size, 3> sizes = {
    Size{"small",
         {.programs = 2, .subprograms = 1, .calls = 2, .expanded_functions = 3, .frames = 2, .stack = 24,
          .leaf_stack = 64}},
    Size{"reference", {}},
    Size{"large",
         {.programs = 24, .subprograms = 12, .calls = 6, .expanded_functions = 24, .frames = 4, .stack = 56,
          .leaf_stack = 192}},
};

/// What `tailbound fuzz` does without options.
const std::uint32_t as_campaign = fuzz::CampaignOptions{}.cross_check;

const x86_64::Scheme& scheme() { return *x86_64::find_scheme("pointer"); }

Judge judge_of(bool with_interpreter) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  if (with_interpreter) engines.push_back(engine::make_interpreter(*scheme().identity.profile));
  engines.push_back(engine::make_x86_64({.scheme = &scheme(), .options = {}}));
  return Judge(std::move(engines));
}

benchmark::Counter rate(double sum) { return benchmark::Counter(sum, benchmark::Counter::kIsRate); }

/// One iteration is one scenario: generated, lowered, walked by the model, run and judged; on the interpreter too
/// one in `cross_check`.
void judge_mix(benchmark::State& state, Judge judge, std::uint32_t cross_check, const gen::Budget& budget) {
  std::uint64_t tail_calls = 0, n = 0;
  for (auto _ : state) {
    judge.cross_check(n % cross_check == 0);
    gen::ByteSource source(gen::scenario_seed(1, n++ % scenarios));
    const Judgement judgement = judge.judge(gen::generate(source, budget));
    if (judgement.verdict.broken()) return fail(state, "a scenario is a finding: " + judgement.verdict.detail);
    if (!judgement.judged) return fail(state, "no engine ran: " + judgement.verdict.detail);
    tail_calls += judgement.forecast.tail_calls;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["tail_calls/s"] = rate(static_cast<double>(tail_calls));
}

void judged(benchmark::State& state, bool with_interpreter, std::uint32_t cross_check) {
  judge_mix(state, judge_of(with_interpreter), cross_check, {});
  const Mix& mix = reference_mix();
  const double insns = static_cast<double>(mix.instructions) / static_cast<double>(mix.scenarios.size());
  state.counters["insns/s"] = rate(insns * static_cast<double>(state.iterations()));
}

void judged_by_size(benchmark::State& state) {
  const Size& size = sizes[static_cast<std::size_t>(state.range(0))];
  judge_mix(state, judge_of(true), as_campaign, size.budget);
  std::uint64_t instructions = 0;
  for (std::uint64_t n = 0; n < 64; ++n) {
    gen::ByteSource source(gen::scenario_seed(1, n));
    for (const bpf::Bytecode& program : bpf::lower(gen::generate(source, size.budget)).programs) {
      instructions += program.insns.size();
    }
  }
  state.counters["insns"] = static_cast<double>(instructions) / 64;
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The machine code alone: compiled and linked before, its runs neither watched nor checked. Many times each, so
/// that reading the clock does not show.
void bare(benchmark::State& state) {
  constexpr int times = 64;
  const auto engine = engine::make_x86_64({.scheme = &scheme(), .options = {}});
  auto* const bare = dynamic_cast<engine::BareRuns*>(engine.get());
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string why_not = bare->prepare(reference_mix().lowered[i]);
    if (!why_not.empty()) return fail(state, why_not);
    const double before = processor_seconds();
    for (int n = 0; n < times; ++n) bare->run_bare();
    state.SetIterationTime((processor_seconds() - before) / times);
    i = (i + 1) % reference_mix().lowered.size();
  }
}

double of(const std::map<std::string, double>& medians, const std::string& name) {
  const auto found = medians.find(name);
  return found == medians.end() ? 0 : found->second;
}

}  // namespace

void register_whole() {
  benchmark::RegisterBenchmark("judged", judged, true, as_campaign);
  benchmark::RegisterBenchmark("judged_every_engine", judged, true, 1U);
  benchmark::RegisterBenchmark("judged_without_interpreter", judged, false, 1U);
  benchmark::RegisterBenchmark("bare", bare)->UseManualTime();
  auto* const family = benchmark::RegisterBenchmark("judged_size", judged_by_size);
  for (std::size_t size = 0; size < sizes.size(); ++size) family->Arg(static_cast<std::int64_t>(size));
}

std::string whole_summary(const std::map<std::string, double>& medians) {
  std::string out;
  const double whole = of(medians, "judged"), alone = of(medians, "judged_without_interpreter");
  const double every = of(medians, "judged_every_engine");
  const double bare = of(medians, "bare/manual_time");
  if (whole != 0)
    out += fmt::format("{:.0f} judged scenarios/s on one core, as a campaign judges\n", 1e9 / whole);
  if (every != 0)
    out += fmt::format("{:.0f} judged scenarios/s on one core, every engine on every scenario\n", 1e9 / every);
  if (alone != 0)
    out += fmt::format("{:.0f} judged scenarios/s on one core, x86_64 and model alone\n", 1e9 / alone);
  if (bare != 0 && whole != 0) {
    out += fmt::format("a bare run of the emitted code takes {:.2f} us; a judged scenario {:.1f} times that",
                       bare / 1000, whole / bare);
    out += alone == 0 ? "\n" : fmt::format(", {:.1f} times without the interpreter\n", alone / bare);
  }
  if (of(medians, "judged_size/0") != 0) out += "a judged scenario by size\n";
  for (std::size_t size = 0; size < sizes.size(); ++size) {
    const double time = of(medians, fmt::format("judged_size/{}", size));
    if (time != 0) out += fmt::format("  {:<10}{:>9.2f} us\n", sizes[size].name, time / 1000);
  }
  return out;
}

}  // namespace tailbound::bench

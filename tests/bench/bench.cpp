// tailbound bench: what a judged scenario costs, whole and by stage, as medians of one run.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <string>

#include "gen/generate.hpp"
#include "jit/lower/stack_bound.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/check/checks.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/model/walker.hpp"
#include "tests/bench/arm64.hpp"
#include "tests/bench/compile_by_size.hpp"
#include "tests/bench/failure.hpp"
#include "tests/bench/faults.hpp"
#include "tests/bench/features.hpp"
#include "tests/bench/insns.hpp"
#include "tests/bench/kernel.hpp"
#include "tests/bench/mix.hpp"
#include "tests/bench/mutate.hpp"
#include "tests/bench/reduce.hpp"
#include "tests/bench/whole.hpp"

namespace tailbound::bench {

namespace {

const x86_64::Scheme& scheme() { return *x86_64::find_scheme("pointer"); }

/// Calls `work(i)` with i going round the mix; one iteration is one scenario.
template <class Work>
void over_mix(benchmark::State& state, Work&& work) {
  const std::size_t count = reference_mix().scenarios.size();
  std::size_t i = 0;
  for (auto _ : state) {
    work(i);
    i = i + 1 == count ? 0 : i + 1;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void generate(benchmark::State& state) {
  over_mix(state, [](std::size_t i) {
    gen::ByteSource source(gen::scenario_seed(1, i));
    benchmark::DoNotOptimize(gen::generate(source, {}));
  });
}

void lower(benchmark::State& state) {
  bpf::Lowered lowered;
  over_mix(state, [&](std::size_t i) { bpf::lower(reference_mix().scenarios[i], lowered); });
}

void model(benchmark::State& state) {
  model::Walker walker({});
  over_mix(state, [&](std::size_t i) { benchmark::DoNotOptimize(walker.walk(reference_mix().scenarios[i])); });
}

void interpreter(benchmark::State& state) {
  const auto engine = engine::make_interpreter(*scheme().identity.profile);
  over_mix(state, [&](std::size_t i) { benchmark::DoNotOptimize(engine->run_one(reference_mix().lowered[i])); });
}

void compile(benchmark::State& state) {
  x86_64::Compiler compiler;
  jit::Image image;
  over_mix(state, [&](std::size_t i) {
    for (const bpf::Bytecode& program : reference_mix().lowered[i].programs) {
      benchmark::DoNotOptimize(compiler.compile(program, scheme(), {}, image));
    }
  });
}

/// What the check of the machine stack computes, and the frames with it, which the engine has from compiling. No stage
/// of its own in the table of shares.
void stack_bound(benchmark::State& state) {
  jit::StackBounds bounds;
  const jit::StackCosts costs = {.frame = scheme().frame_bytes, .entry = scheme().entry_bytes};
  over_mix(state, [&](std::size_t i) {
    bounds.measure(reference_mix().lowered[i], costs, 33);
    benchmark::DoNotOptimize(bounds.bytes());
  });
}

/// Compiling, linking and running: what the engine does.
void x86_64_engine(benchmark::State& state) {
  const auto engine = engine::make_x86_64({.scheme = &scheme(), .options = {}});
  over_mix(state, [&](std::size_t i) { benchmark::DoNotOptimize(engine->run_one(reference_mix().lowered[i])); });
}

void check(benchmark::State& state) {
  const auto engine = engine::make_x86_64({.scheme = &scheme(), .options = {}});
  model::Walker walker({});
  std::vector<Observation> want, got;
  for (std::size_t i = 0; i < reference_mix().scenarios.size(); ++i) {
    want.push_back(walker.walk(reference_mix().scenarios[i]));
    got.push_back(engine->run_one(reference_mix().lowered[i]));
  }
  over_mix(state, [&](std::size_t i) {
    benchmark::DoNotOptimize(check::ended(got[i]));
    benchmark::DoNotOptimize(check::bound(got[i], 33));
    benchmark::DoNotOptimize(check::frame_balance(got[i]));
    benchmark::DoNotOptimize(check::same_behaviour(want[i], got[i], true));
  });
}

/// Keeps the medians for the table of shares.
class Reporter final : public benchmark::ConsoleReporter {
 public:
  Reporter() : benchmark::ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name != "median") continue;
      const std::string size = run.run_name.args.empty() ? "" : "/" + run.run_name.args;
      const std::string manual = run.run_name.time_type.empty() ? "" : "/" + run.run_name.time_type;
      median_[run.run_name.function_name + size + manual] =
          manual.empty() ? run.GetAdjustedCPUTime() : run.GetAdjustedRealTime();
    }
    benchmark::ConsoleReporter::ReportRuns(runs);
  }

  std::string shares() const {
    const auto whole = median_.find("judged");
    std::string out = "\n" + whole_summary(median_) + arm64_summary(median_);
    if (whole == median_.end()) return out + compile_slope(median_);
    out += "share of each stage in a judged scenario (ratio of medians)\n";
    double rest = 1;
    for (const char* stage : {"generate", "lower", "model", "interpreter", "x86_64", "check"}) {
      const auto found = median_.find(stage);
      if (found == median_.end()) continue;
      // The checks run once an engine, and there are two.
      const double times = std::string_view(stage) == "check" ? 2 : 1;
      const double share = times * found->second / whole->second;
      rest -= share;
      out += fmt::format("  {:<12}{:>6.1f} %{:>10.2f} us\n", stage, 100 * share, times * found->second / 1000);
    }
    out += fmt::format("  {:<12}{:>6.1f} %\n", "the rest", 100 * rest);
    if (const auto compile = median_.find("compile"); compile != median_.end()) {
      const auto& mix = reference_mix();
      const double insns = static_cast<double>(mix.instructions) / static_cast<double>(mix.scenarios.size());
      out += fmt::format("compiling costs {:.1f} ns a BPF instruction\n", compile->second / insns);
    }
    return out + compile_slope(median_);
  }

 private:
  std::map<std::string, double> median_;
};

}  // namespace

}  // namespace tailbound::bench

int main(int argc, char** argv) {
  using namespace tailbound::bench;
  if (argc > 1 && std::string_view(argv[1]) == "--faults") return faults({argv + 2, argv + argc});
  if (argc > 1 && std::string_view(argv[1]) == "--reduce") return reduce({argv + 2, argv + argc});
  register_whole();
  benchmark::RegisterBenchmark("generate", generate);
  benchmark::RegisterBenchmark("lower", lower);
  benchmark::RegisterBenchmark("model", model);
  benchmark::RegisterBenchmark("interpreter", interpreter);
  benchmark::RegisterBenchmark("compile", compile);
  benchmark::RegisterBenchmark("x86_64", x86_64_engine);
  benchmark::RegisterBenchmark("check", check);
  for (int i = 1; i < argc; ++i) {
    if (const std::string_view argument = argv[i]; argument.starts_with("--benchmark_filter=")) {
      register_insns(argv[i]);
      // Thousands of programs loaded are felt by the whole machine: only when named.
      if (argument.contains("kernel")) register_kernel();
    }
  }
  benchmark::RegisterBenchmark("stack_bound", stack_bound);
  register_compile_by_size();
  register_mutate();
  register_features();
  register_arm64();
  std::vector<char*> arguments(argv, argv + argc);
  std::string repetitions = "--benchmark_repetitions=5";
  std::string aggregates = "--benchmark_report_aggregates_only=true";
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  std::string least = "--benchmark_min_time=0.2";
  arguments.insert(arguments.begin() + 1, {repetitions.data(), aggregates.data(), interleave.data(), least.data()});
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  fmt::print("{}\n", describe(reference_mix()));
  std::fflush(stdout);
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  fmt::print("{}", reporter.shares());
  return any_failed() ? 1 : 0;
}

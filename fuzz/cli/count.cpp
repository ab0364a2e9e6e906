// tailbound count
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/model/closed_form.hpp"

namespace tailbound::fuzz::cli {

namespace {

using Clock = std::chrono::steady_clock;

struct CountOptions {
  std::string file;
  std::string scheme = "pointer";
  bool all = false;
  bool run = false;
};

std::size_t count_runs(const bpf::Scenario& scenario) {
  return static_cast<std::size_t>(
      std::count_if(scenario.events.begin(), scenario.events.end(),
                    [](const auto& e) { return std::holds_alternative<bpf::Run>(e); }));
}

/// Only the first run, with that much fuel.
bpf::Scenario first_run(bpf::Scenario scenario, std::uint64_t fuel) {
  const auto run = std::find_if(scenario.events.begin(), scenario.events.end(),
                                [](const auto& e) { return std::holds_alternative<bpf::Run>(e); });
  scenario.events.erase(run + 1, scenario.events.end());
  scenario.fuel = fuel;
  return scenario;
}

/// Prints the time that has gone by until `work` is done.
template <class Work>
void with_clock(Work&& work) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const auto start = Clock::now();
  std::jthread clock([&](const std::stop_token& stop) {
    auto next = start + std::chrono::seconds(1);
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (Clock::now() < next) continue;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count();
      fmt::print(stderr, "{}running, {} s{}", terminal ? "\r" : "", seconds, terminal ? "\x1b[K" : "\n");
      std::fflush(stderr);
      next = Clock::now() + std::chrono::seconds(terminal ? 1 : 30);
    }
    if (terminal) fmt::print(stderr, "\r\x1b[K");
  });
  work();
}

/// The machine code really makes every one of them; the count must be the predicted one.
Exit run_to_the_end(const bpf::Scenario& scenario, const x86_64::Scheme& scheme,
                    const model::ClosedForm& form) {
  if (!form.entries.small || *form.entries.small == UINT64_MAX) {
    complain(fmt::format("{} entries do not fit the 64-bit ledger; --run needs fewer", form.entries.decimal));
    return Exit::could_not_run;
  }
  const auto engine =
      engine::make_x86_64({.scheme = &scheme, .options = {}, .time_limit = std::chrono::milliseconds(0)});
  const bpf::Lowered lowered = bpf::lower(first_run(scenario, *form.entries.small + 1));
  const auto start = Clock::now();
  const Observation* seen = nullptr;
  // The guard's timer and signal stack belong to the thread that made the engine: it runs here.
  with_clock([&] { seen = &engine->run_one(lowered); });
  if (!seen->unavailable.empty()) {
    complain("x86_64 is unavailable: " + seen->unavailable);
    return Exit::could_not_run;
  }
  const RunObservation& run = seen->runs.front();
  const std::uint64_t taken = run.tail_calls(seen->layout);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  fmt::print("{}\n", taken);
  fmt::print(stderr, "x86_64/{}: {} in {:.1f} s, {:.2f} ns a tail call, {}; predicted {}\n",
             scheme.identity.name, taken, seconds,
             seconds * 1e9 / static_cast<double>(std::max<std::uint64_t>(taken, 1)), name(run.status),
             form.tail_calls.decimal);
  const bool same = run.status == RunStatus::finished && form.tail_calls.small == taken &&
                    run.ledger[bpf::LedgerLayout::total] == *form.entries.small;
  return same ? Exit::holds : Exit::finding;
}

Exit count(const CountOptions& options) {
  const x86_64::Scheme* const scheme = x86_64::find_scheme(options.scheme);
  if (scheme == nullptr) {
    complain(fmt::format("unknown scheme '{}'; expected {}", options.scheme, x86_64_scheme_names()));
    return Exit::bad_input;
  }
  if (!scheme->identity.by_value && !scheme->identity.meant_sound) {
    complain(fmt::format("incomparable: no closed form says what {} counts", options.scheme));
    return Exit::could_not_run;
  }
  const auto scenario = load_scenario(options.file);
  if (!scenario) return Exit::bad_input;
  const std::size_t runs = count_runs(*scenario);
  if (runs == 0) {
    complain(options.file + ": no `run` line; expected at least one");
    return Exit::bad_input;
  }
  const model::Discipline discipline =
      scheme->identity.by_value ? model::Discipline::by_value : model::Discipline::cell;
  for (std::size_t r = 0; r < (options.all ? runs : 1); ++r) {
    const auto form = model::closed_form(*scenario, r, discipline, *scheme->identity.profile);
    if (!form) {
      complain(fmt::format("{}: run {}: {}", options.file, r + 1, form.error()));
      return Exit::could_not_run;
    }
    if (options.run) return run_to_the_end(*scenario, *scheme, *form);
    fmt::print("{}\n", form->tail_calls.decimal);
  }
  return Exit::holds;
}

constexpr const char* lesson =
    "Computed, not run, and with fuel set aside: the two-call hierarchy gives 17179869182 at once.\n"
    "Says 'incomparable: why' (exit 3) when the control flow depends on state.\n"
    "  ./tailbound count corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph --scheme by-value\n"
    "With --run the machine code makes every one of them, which takes minutes for 2^34.";

}  // namespace

void add_count(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<CountOptions>();
  CLI::App* command =
      app.add_subcommand("count", "how many tail calls the first run makes when nothing stops it");
  command->footer(lesson);
  command->add_option("file", options->file, "a .graph file (docs/graph.md)")->required();
  command->add_option("--scheme", options->scheme, "how the JIT counts: " + scheme_names())
      ->capture_default_str();
  CLI::Option* all = command->add_flag("--all", options->all, "a line for every run of the file");
  command->add_flag("--run", options->run, "run the machine code of the first run to its end and compare")
      ->excludes(all);
  command->callback([options, &exit] { exit = count(*options); });
}

}  // namespace tailbound::fuzz::cli

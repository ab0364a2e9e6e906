#include "tests/bench/reduce.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "reports/finding.hpp"
#include "tests/bench/first_finding.hpp"
#include "tests/planted/fault.hpp"

namespace tailbound::bench {

namespace {

using fuzz::Engines;

constexpr std::uint64_t most_scenarios = 100'000;  // of a seed

struct Options {
  std::uint32_t findings = 50;
  std::string scheme;  // empty: all unsound ones
  std::string arch;    // empty: both
  bool planted = false;
  std::string fault;  // a part of the names of planted faults; empty: all
  bool show = false;
};

template <class T>
using Expected = std::expected<T, std::string>;

/// What is wrong with the value; empty: nothing.
std::string take(std::string_view option, std::string_view value, Options& options) {
  if (option == "--scheme") {
    options.scheme = value;
    const bool known = std::ranges::any_of(
        jit::all_schemes(), [&](const jit::SchemeView& scheme) { return scheme.identity.name == value; });
    return known ? "" : fmt::format("unknown scheme '{}'; expected {}", value, fuzz::scheme_names());
  }
  if (option == "--fault") {
    options.fault = value;
    return "";
  }
  if (option == "--arch") {
    options.arch = value;
    return jit::find_arch(value) ? "" : fmt::format("unknown arch '{}'; expected x86_64 or arm64", value);
  }
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.findings);
  const bool number = error == std::errc{} && end == value.data() + value.size() && options.findings != 0;
  return number ? "" : fmt::format("--findings '{}'; expected a number from 1 on", value);
}

Expected<Options> parse(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    if (option == "--show") options.show = true;
    else if (option == "--planted") options.planted = true;
    else if (option != "--findings" && option != "--scheme" && option != "--arch" && option != "--fault") {
      return std::unexpected(fmt::format(
          "unknown option '{}'; expected --findings, --scheme, --arch, --planted, --fault or --show", option));
    } else if (++i == arguments.size()) {
      return std::unexpected(fmt::format("{} without its value", option));
    } else if (const std::string wrong = take(option, arguments[i], options); !wrong.empty()) {
      return std::unexpected(wrong);
    }
  }
  return options;
}

struct Extent {
  std::size_t functions = 0;
  std::size_t slots = 0;
};

Extent extent_of(const bpf::Scenario& scenario) {
  Extent extent;
  for (const bpf::Program& program : scenario.programs) extent.functions += program.functions.size();
  for (const bpf::ProgArray& array : scenario.arrays) extent.slots += array.slots.size();
  return extent;
}

/// What is told of many findings.
struct Summary {
  std::size_t findings = 0;
  std::size_t minimal = 0;
  std::map<std::string, std::size_t> forms;  // canonical text, how often
  std::map<std::string, std::size_t> signatures;
  std::set<std::string> verdicts;
  std::vector<Extent> extents;
  std::vector<double> seconds;

  void add(const FirstFinding& found) {
    ++findings;
    minimal += found.reduced.stats.minimal ? 1 : 0;
    ++forms[bpf::print_graph(bpf::canonical_form(found.reduced.scenario))];
    ++signatures[found.signature];
    verdicts.insert(reports::verdict_word(found.reduced.verdict));
    extents.push_back(extent_of(found.reduced.scenario));
    seconds.push_back(found.seconds);
  }

  double median() {
    std::ranges::sort(seconds);
    return seconds.empty() ? 0 : seconds[seconds.size() / 2];
  }
  /// How many functions and slots the largest has more than the smallest.
  Extent spread() const {
    Extent least{SIZE_MAX, SIZE_MAX}, most;
    for (const Extent& extent : extents) {
      least = {std::min(least.functions, extent.functions), std::min(least.slots, extent.slots)};
      most = {std::max(most.functions, extent.functions), std::max(most.slots, extent.slots)};
    }
    return extents.empty() ? Extent{} : Extent{most.functions - least.functions, most.slots - least.slots};
  }
};

/// The figures: at most three forms, all 1-minimal, at most two functions and a slot more than the smallest; a
/// time where nothing is emulated.
bool print_row(std::string_view name, Summary& summary, bool timed, const Options& options) {
  const Extent spread = summary.spread();
  const bool good = summary.findings == options.findings && summary.forms.size() <= 3 &&
                    summary.minimal == summary.findings && spread.functions <= 2 && spread.slots <= 1 &&
                    (!timed || summary.median() < 2);
  fmt::print("{:<33}{:>9}{:>7}{:>10}{:>11}{:>9}{:>11}{:>7}{:>10.3f}{:>9.3f}  {}\n", name, summary.findings,
             summary.forms.size(), summary.verdicts.size(), summary.signatures.size(), summary.minimal,
             spread.functions, spread.slots, summary.median(),
             summary.seconds.empty() ? 0 : summary.seconds.back(), good ? "" : "not reached");
  if (options.show) {
    for (const auto& [signature, times] : summary.signatures) fmt::print("  {:>4} x {}\n", times, signature);
    for (const auto& [graph, times] : summary.forms) fmt::print("--- {} x\n{}", times, graph);
  }
  std::fflush(stdout);
  return good;
}

bool schemes(const Options& options) {
  fmt::print("{:<33}{:>9}{:>7}{:>10}{:>11}{:>9}{:>11}{:>7}{:>10}{:>9}\n", "scheme", "findings", "forms",
             "verdicts", "signatures", "minimal", "functions", "slots", "median s", "most s");
  bool good = true;
  for (const jit::SchemeView& scheme : jit::all_schemes()) {
    const jit::SchemeIdentity& id = scheme.identity;
    if (id.meant_sound || !id.not_shown_by.empty()) continue;
    if (!options.scheme.empty() && options.scheme != id.name) continue;
    if (!options.arch.empty() && options.arch != id.arch) continue;
    FirstFindings search(
        fuzz::engines_of({.engines = {"interpreter", std::string(id.arch)}, .scheme = std::string(id.name)}),
        id.wild, false);
    Summary summary;
    for (std::uint64_t seed = 1; seed <= options.findings; ++seed) {
      if (const auto found = search.of_seed(seed, most_scenarios)) summary.add(*found);
    }
    good =
        print_row(fmt::format("{} {}", id.arch, id.name), summary, scheme.arch == jit::Arch::x86_64, options) &&
        good;
  }
  return good;
}

fuzz::MakeEngines engines_of(const x86_64::Scheme& scheme, const jit::Options& options) {
  return [&scheme, &options](std::chrono::milliseconds limit) -> Expected<Engines> {
    Engines engines;
    engines.push_back(engine::make_interpreter(*scheme.identity.profile));
    engines.push_back(engine::make_x86_64({.scheme = &scheme, .options = options, .time_limit = limit}));
    return engines;
  };
}

/// By signature, the faults that have it: those share what a run shows, since it is a part of the signature.
bool planted_faults(const Options& options) {
  std::map<std::string, std::vector<std::string>> classes;
  Summary summary;
  for (const planted::Fault& fault : planted::all()) {
    if (!fault.must_be_seen() || !fault.name.contains(options.fault)) continue;
    const planted::AnyScheme made = fault.make();
    const auto* const scheme = std::get_if<x86_64::Scheme>(&made);
    if (scheme == nullptr) continue;  // a process for each candidate and an emulator in each: too dear
    FirstFindings search(engines_of(*scheme, fault.options), true, true);
    const auto found = search.of_seed(7, fault.scenarios);
    if (!found) {
      fmt::print("{}: nothing found\n", fault.name);
      continue;
    }
    summary.add(*found);
    classes[found->signature].push_back(fault.name);
  }
  fmt::print("{} faults found, {} reduced to the end, {} signatures, median {:.3f} s\n", summary.findings,
             summary.minimal, classes.size(), summary.median());
  if (options.show) {
    for (const auto& [signature, names] : classes) {
      fmt::print("{} ({})\n", signature, names.size());
      for (const std::string& name : names) fmt::print("  {}\n", name);
    }
  }
  return summary.minimal == summary.findings;
}

}  // namespace

int reduce(std::span<char* const> arguments) {
  const auto options = parse(arguments);
  if (!options) {
    fmt::print(stderr, "tailbound bench --reduce: {}\n", options.error());
    return 2;
  }
  return (options->planted ? planted_faults(*options) : schemes(*options)) ? 0 : 1;
}

}  // namespace tailbound::bench

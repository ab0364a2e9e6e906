#include "tests/bench/reduce.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/reduction.hpp"
#include "gen/generate.hpp"
#include "gen/reduce/pass.hpp"
#include "gen/reduce/size.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "reports/finding.hpp"

namespace tailbound::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint32_t seeds = 50;
  std::string only;
  bool show = false;
};

struct Form {
  std::size_t times = 0;
  std::string verdict;
};

void row(const x86_64::Scheme& scheme, const Options& options) {
  const fuzz::EngineChoice choice{.engines = {"interpreter", "x86_64"}, .scheme = std::string(scheme.identity.name), .time_limit = std::chrono::milliseconds(200)};
  const fuzz::MakeEngines engines = fuzz::engines_of(choice);
  std::map<std::string, std::map<std::string, std::size_t>> forms;
  std::vector<double> seconds;
  std::size_t minimal = 0, judged = 0, vanished = 0;
  fuzz::Jury jury([&]() -> std::expected<Judge, std::string> {
    auto made = fuzz::make_engines(choice);
    if (!made) return std::unexpected(made.error());
    Judge judge(std::move(*made));
    return judge;
  });
  for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
    for (std::uint64_t n = 0; n < 100000; ++n) {
      gen::ByteSource source(gen::scenario_seed(seed, n));
      const bpf::Scenario found = gen::generate(source, {});
      if (!jury.judge(found).broken()) continue;
      const auto start = Clock::now();
      const auto reduced = fuzz::reduce_finding(engines, found, {.fresh = scheme.identity.wild});
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
      if (!reduced.verdict.broken()) { ++vanished; continue; }
      minimal += reduced.stats.minimal;
      judged += reduced.stats.judged;
      ++forms[bpf::print_graph(bpf::canonical_form(reduced.scenario))][reports::verdict_word(reduced.verdict)];
      break;
    }
  }
  std::ranges::sort(seconds);
  fmt::print("{:<26} findings {:>3} forms {:>3} minimal {:>3} vanished {} median {:.3f} s max {:.3f} s judged {:.0f}\n", scheme.identity.name, seconds.size(),
             forms.size(), minimal, vanished, seconds.empty() ? 0 : seconds[seconds.size() / 2], seconds.empty() ? 0 : seconds.back(), seconds.empty() ? 0.0 : double(judged) / double(seconds.size()));
  if (options.show) {
    for (const auto& [graph, verdicts] : forms) {
      for (const auto& [verdict, times] : verdicts) fmt::print("--- {} x {}\n", times, verdict);
      fmt::print("{}", graph);
    }
  }
  std::fflush(stdout);
}

}  // namespace

int reduce(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view a = arguments[i];
    if (a == "--show") options.show = true;
    else if (a == "--seeds") options.seeds = static_cast<std::uint32_t>(atoi(arguments[++i]));
    else if (a == "--only") options.only = arguments[++i];
  }
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    if (scheme.identity.meant_sound || !scheme.identity.not_shown_by.empty()) continue;
    if (!options.only.empty() && options.only != scheme.identity.name) continue;
    row(scheme, options);
  }
  return 0;
}

}  // namespace tailbound::bench

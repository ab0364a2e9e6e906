#include "tests/bench/first_finding.hpp"

#include <utility>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "gen/generate.hpp"
#include "reports/finding.hpp"

namespace tailbound::bench {

namespace {

constexpr std::chrono::milliseconds time_limit{250};

std::expected<Judge, std::string> judge_of(const fuzz::MakeEngines& engines, bool sampled) {
  auto made = engines(time_limit);
  if (!made) return std::unexpected(made.error());
  Judge judge(std::move(*made));
  judge.sampled(sampled);
  return judge;
}

/// In a child: what was observed is a part of it. Where the process dies there is no effect.
std::string signature_of(const fuzz::MakeEngines& engines, const fuzz::Reduction& reduced) {
  const fuzz::ChildEnd end = fuzz::in_child([&](std::string& message) {
    auto judge = judge_of(engines, true);
    if (!judge) return 3;
    const auto finding = fuzz::investigate(*judge, reduced.scenario, false, false);
    if (finding) message = reports::signature(*finding);
    return 0;
  });
  return end.message.empty() ? reports::signature(reduced.verdict, reduced.scenario) : end.message;
}

}  // namespace

FirstFindings::FirstFindings(fuzz::MakeEngines engines, bool wild, bool sampled)
    : engines_(std::move(engines)), wild_(wild), search_([this, sampled] { return judge_of(engines_, sampled); }) {}

std::optional<FirstFinding> FirstFindings::of_seed(std::uint64_t seed, std::uint64_t scenarios) {
  for (std::uint64_t n = 0; n < scenarios; ++n) {
    gen::ByteSource source(gen::scenario_seed(seed, n));
    const bpf::Scenario drawn = gen::generate(source, gen::Budget{});
    if (!search_.judge(drawn).broken()) continue;
    const auto start = std::chrono::steady_clock::now();
    FirstFinding found{.reduced = fuzz::reduce_finding(engines_, drawn, {.fresh = wild_}), .signature = {}};
    found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!found.reduced.verdict.broken()) continue;
    found.signature = signature_of(engines_, found.reduced);
    return found;
  }
  return std::nullopt;
}

}  // namespace tailbound::bench

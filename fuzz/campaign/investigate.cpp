#include "fuzz/campaign/investigate.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstring>

#include "gen/reduce/reduce.hpp"
#include "oracles/judge/odd_one_out.hpp"
#include "oracles/symptom.hpp"

namespace tailbound::fuzz {

namespace {
/// A candidate that hangs takes the whole time limit of a run.
constexpr std::chrono::seconds longest_reduction{15};
}  // namespace

std::optional<reports::Finding> investigate(Judge& judge, bpf::Scenario scenario, bool shrink,
                                            bool expectations) {
  Judgement judgement = judge.judge(scenario, expectations);
  if (!judgement.verdict.broken()) return std::nullopt;
  reports::Finding finding;
  finding.statements_before = reports::count_statements(scenario);
  if (shrink) {
    Verdict last = judgement.verdict;
    judge.ask_emulated(judge.engines()[judgement.engine]->identity().emulated);
    const auto deadline = std::chrono::steady_clock::now() + longest_reduction;
    const auto keeps = gen::one_by_one([&](const bpf::Scenario& candidate) {
      Verdict verdict = judge.judge(candidate, expectations).verdict;
      const bool shows = still_shows(verdict, last);
      if (shows) last = std::move(verdict);
      return shows;
    });
    gen::reduce(scenario, keeps, {.enough = [&] { return std::chrono::steady_clock::now() > deadline; }});
    judge.ask_emulated(true);
    judgement = judge.judge(scenario, expectations);
  }
  engine::Engine& guilty = *judge.engines()[judgement.engine];
  finding.verdict = judgement.verdict;
  finding.engine = guilty.identity();
  finding.oracles = judge.active(expectations);
  for (const auto& engine : judge.engines()) finding.engines.push_back(engine->identity().name);
  finding.expected = judgement.against != nullptr ? *judgement.against : judge.predicted(judgement.engine);
  finding.observed = judge.observed(judgement.engine);
  finding.sides = odd_one_out(judge, judgement.engine);
  finding.parting = find_parting(scenario, judgement.verdict.run, guilty);
  finding.scenario = std::move(scenario);
  return finding;
}

std::string silent_engines(const Judge& judge) {
  std::string text;
  for (std::size_t e = 0; e < judge.engines().size(); ++e) {
    const std::string& why = judge.observed(e).unavailable;
    if (!why.empty())
      text += fmt::format("{}{} is unavailable: {}", text.empty() ? "" : "; ",
                          judge.engines()[e]->identity().name, why);
  }
  return text;
}

Verdict process_died(int signal) {
  return {Outcome::disagree, Property::fault, "process died",
          fmt::format("the process that ran it died of {}", strsignal(signal)), 0};
}

}  // namespace tailbound::fuzz

#include "fuzz/campaign/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/investigate.hpp"

namespace tailbound::fuzz {

namespace {

constexpr int agrees = 0;
constexpr int broken = 1;
constexpr int could_not_run = 3;

/// The message: word and signature, a line each, then the detail.
int judge_again(const reports::FindingFile& finding, std::string& message) {
  auto engines = make_engines({.engines = finding.record.engines, .scheme = finding.record.scheme});
  if (!engines) {
    message = engines.error();
    return could_not_run;
  }
  Judge judge(std::move(*engines), finding.record.oracles);
  judge.sampled(true);
  const Judgement judgement = judge.judge(finding.scenario, true);
  const Verdict& verdict = judgement.verdict;
  if (verdict.broken()) {
    const Observation& expected = judgement.against != nullptr ? *judgement.against : judge.predicted(judgement.engine);
    message = fmt::format("{}\n{}\n{}", reports::verdict_word(verdict),
                          reports::signature(verdict, finding.scenario, expected, judge.observed(judgement.engine)),
                          verdict.detail);
    return broken;
  }
  message = silent_engines(judge);
  if (message.empty() && std::ranges::all_of(judge.counts(), [](const auto& c) { return c.judged == 0; }))
    message = "none of the oracles could judge: " + finding.record.oracles.names();
  return message.empty() ? agrees : could_not_run;
}

ReplayEnd split(const std::string& message) {
  const std::size_t first = message.find('\n');
  const std::size_t second = message.find('\n', first + 1);
  return {.result = Replayed::other,
          .verdict = message.substr(0, first),
          .signature = message.substr(first + 1, second - first - 1),
          .detail = message.substr(second + 1)};
}

}  // namespace

std::string_view name(Replayed result) {
  switch (result) {
    case Replayed::same: return "same";
    case Replayed::other: return "other";
    case Replayed::agrees: return "agrees";
    case Replayed::unable: return "could-not-run";
  }
  return "?";
}

ReplayEnd replay(const reports::FindingFile& finding) {
  return replay_end(finding, in_child([&](std::string& message) { return judge_again(finding, message); }));
}

ReplayEnd replay_end(const reports::FindingFile& finding, const ChildEnd& child) {
  ReplayEnd end;
  if (child.signal != 0) {
    const Verdict death = process_died(child.signal);
    end = {Replayed::other, reports::verdict_word(death), reports::signature(death, finding.scenario),
           death.detail};
  } else if (child.exit_code == broken) {
    end = split(child.message);
  } else {
    end.result = child.exit_code == agrees ? Replayed::agrees : Replayed::unable;
    end.detail = child.message;
  }
  if (end.result == Replayed::other && end.verdict == finding.record.verdict) end.result = Replayed::same;
  return end;
}

reports::Stage stage_after(const reports::FindingFile& finding, const ReplayEnd& end) {
  const reports::Stage stage = finding.record.stage;
  const bool was_fixed = stage == reports::Stage::fixed || stage == reports::Stage::regression;
  switch (end.result) {
    case Replayed::same: return was_fixed ? reports::Stage::regression : stage;
    case Replayed::other: return reports::Stage::fresh;
    case Replayed::agrees: return finding.edited() ? stage : reports::Stage::fixed;
    case Replayed::unable: return stage;
  }
  return stage;
}

}  // namespace tailbound::fuzz

#include "reports/story.hpp"

#include <algorithm>

#include "jit/x86_64/schemes.hpp"

namespace tailbound::reports {

namespace {

/// Entries behind the parting that are kept: what a plot shows.
constexpr std::uint64_t kept_behind = 120;

/// Follows a trace and knows each live frame: where it began and how many calls it has made.
class Follower {
 public:
  void take(const model::TraceEntry& entry, std::uint64_t number) {
    LiveFrame fresh{.function = entry.function_id, .entered = number};
    frames_.resize(std::min<std::size_t>(frames_.size(), entry.by_tail_call ? entry.depth : entry.depth - 1));
    if (entry.by_tail_call && frames_.size() == entry.depth) {
      frames_.back() = fresh;
      return;
    }
    if (!frames_.empty()) ++frames_.back().calls;
    frames_.push_back(fresh);
  }
  const std::vector<LiveFrame>& frames() const { return frames_; }

 private:
  std::vector<LiveFrame> frames_;
};

/// A function's n-th entry is its n-th frame; counts come from a second walk, which is stopped there.
Moment moment_at(model::Walker& walker, const bpf::Scenario& scenario, std::size_t run,
                 const std::vector<model::TraceEntry>& trace, std::uint64_t entry) {
  Follower follower;
  for (std::uint64_t i = 0; i <= entry; ++i) follower.take(trace[i], i);
  Moment moment{.entry = entry, .frames = follower.frames()};
  const std::vector<model::Frame> counted = walker.frames_at(scenario, run, entry);
  // A probe's frames stand apart from the trace's depths; then the walk's frames are all that is known.
  if (counted.size() != moment.frames.size()) moment.frames.resize(counted.size());
  for (std::size_t i = 0; i < counted.size(); ++i) {
    moment.frames[i].function = counted[i].function_id;
    moment.frames[i].count = counted[i].count;
    moment.frames[i].cell = counted[i].cell;
  }
  return moment;
}

/// The last entry before `at` after which a frame that had a tail call behind it returned: there the old count
/// comes back.
std::optional<std::uint64_t> entry_before_return(const std::vector<model::TraceEntry>& trace,
                                                 std::uint64_t at) {
  if (at == 0 || trace[at - 1].depth < trace[at].depth) return std::nullopt;
  return at - 1;
}

Telling tell(const Finding& finding, const Parting& parting, model::Discipline discipline) {
  model::Walker walker(
      {.discipline = discipline, .profile = finding.engine.profile, .keep_trace = parting.entry + kept_behind});
  walker.walk(finding.scenario);
  const std::size_t run = finding.verdict.run;
  Telling telling{.trace = walker.traces()[run], .before = {}, .at = {}};
  const std::uint64_t at = parting.entry - 1;
  const auto before = entry_before_return(telling.trace, at);
  const std::vector<model::TraceEntry> trace = telling.trace;
  telling.at = moment_at(walker, finding.scenario, run, trace, at);
  if (before) telling.before = moment_at(walker, finding.scenario, run, trace, *before);
  return telling;
}

}  // namespace

std::optional<Story> story_of(const Finding& finding) {
  if (!finding.parting || finding.parting->entry == 0 || finding.engine.profile == nullptr) return std::nullopt;
  const Parting& parting = *finding.parting;
  Story story{.parting = parting.entry,
              .explained = parting.explained_by == model::Discipline::by_value,
              .observed = {},
              .sound = tell(finding, parting, model::Discipline::cell)};
  if (story.sound.trace.size() < parting.entry) return std::nullopt;
  if (story.explained) story.observed = tell(finding, parting, model::Discipline::by_value);
  const std::vector<model::TraceEntry>& trace = story.sound.trace;
  const std::uint64_t at = parting.entry - 1;
  if (story.sound.before) story.returned = trace[at - 1].depth + 1 - trace[at].depth;
  story.tail_calls = static_cast<std::uint64_t>(
      std::count_if(trace.begin(), trace.begin() + static_cast<std::ptrdiff_t>(parting.entry),
                    [](const model::TraceEntry& entry) { return entry.by_tail_call; }));
  return story;
}

}  // namespace tailbound::reports

#include "reports/html/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/html/markup.hpp"
#include "reports/names.hpp"

namespace tailbound::reports::html {

namespace {

constexpr std::uint64_t shown_before = 5;
constexpr std::uint64_t shown_behind = 2;

using Trace = std::vector<model::TraceEntry>;

class Table {
 public:
  Table(const Finding& finding, const Story& story)
      : finding_(finding), story_(story), names_(function_names(finding.scenario)) {}

  std::string draw() {
    const std::uint64_t first = story_.parting > shown_before ? story_.parting - shown_before : 0;
    least_depth_ = UINT32_MAX;
    for (std::uint64_t i = first; i <= story_.parting + shown_behind; ++i) {
      if (i < story_.sound.trace.size()) least_depth_ = std::min(least_depth_, story_.sound.trace[i].depth);
      if (i < story_.observed.trace.size())
        least_depth_ = std::min(least_depth_, story_.observed.trace[i].depth);
    }
    for (std::uint64_t i = first; i <= story_.parting + shown_behind; ++i) {
      if (i > first) returns(i);
      entry(i);
    }
    return "<div class=\"wide\"><table class=\"trace\">\n<thead><tr><th class=\"number\">entry</th>"
           "<th>expected: one count</th><th>observed</th></tr></thead>\n<tbody>\n" +
           out_ + "</tbody></table></div>\n";
  }

 private:
  void entry(std::uint64_t i) {
    const std::string expected = cell(story_.sound.trace, i);
    const std::string observed = story_.explained ? cell(story_.observed.trace, i) : bare(i);
    out_ += fmt::format(
        "<tr{}><td class=\"number\">{}</td><td class=\"expected\">{}</td><td class=\"observed\">{}</td></tr>\n",
        i == story_.parting ? " class=\"parts\"" : "", i + 1, expected, observed);
  }

  std::string cell(const Trace& trace, std::uint64_t i) const {
    if (i >= trace.size()) return text("span", "soft", i == trace.size() ? "the run has ended" : "");
    const model::TraceEntry& entry = trace[i];
    return fmt::format(
        "<span style=\"padding-left:{}em\">{}</span> <span class=\"soft\">{}, finds count</span> {}",
        1.1 * (entry.depth - least_depth_), escaped(names_[entry.function_id]),
        entry.by_tail_call ? "by tail call"
        : i == 0           ? "by the run"
                           : "called",
        entry.count);
  }

  /// What the ring of the last entries says, where no walk gives the trace.
  std::string bare(std::uint64_t i) const {
    const Parting& parting = *finding_.parting;
    if (i < parting.window_first) return "";
    const std::uint64_t at = i - parting.window_first;
    if (at >= parting.observed.size()) return text("span", "soft", "the run has ended");
    return escaped(names_[parting.observed[at]]);
  }

  /// Frames that end between the entries before and at `i`, and what the caller's count is then.
  std::string returned(const Trace& trace, std::uint64_t i, std::optional<std::uint64_t> now) const {
    if (i >= trace.size()) return "";
    const model::TraceEntry& last = trace[i - 1];
    const model::TraceEntry& next = trace[i];
    const std::uint32_t stay = next.by_tail_call ? next.depth : next.depth - 1;
    if (last.depth <= stay) return "";
    const std::uint32_t frames = last.depth - stay;
    std::string out = fmt::format("{} return{}", frames == 1 ? "1 frame" : fmt::format("{} frames", frames),
                                  frames == 1 ? "s" : "");
    // By value a call hands over what the caller has, so what a callee finds is what came back.
    if (now) out += fmt::format("; the count is {}{}", *now, *now < last.count ? " again" : " still");
    return out;
  }

  void returns(std::uint64_t i) {
    const auto now = [&](const Trace& trace) -> std::optional<std::uint64_t> {
      if (i >= trace.size() || trace[i].by_tail_call) return std::nullopt;
      return trace[i].count;
    };
    const std::string expected = returned(story_.sound.trace, i, now(story_.sound.trace));
    const std::string observed = returned(story_.observed.trace, i, now(story_.observed.trace));
    if (expected.empty() && observed.empty()) return;
    const bool restores = observed.contains("again") && i < story_.parting;
    out_ += fmt::format(
        "<tr class=\"return{}\"><td></td><td class=\"expected\">{}</td><td class=\"observed\">{}</td></tr>\n",
        restores ? " restores" : "", escaped(expected), escaped(observed));
  }

  const Finding& finding_;
  const Story& story_;
  std::vector<std::string> names_;
  std::uint32_t least_depth_ = 0;
  std::string out_;
};

}  // namespace

std::string timeline(const Finding& finding, const Story& story) { return Table(finding, story).draw(); }

}  // namespace tailbound::reports::html

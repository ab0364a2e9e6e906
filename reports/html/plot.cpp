#include "reports/html/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "jit/bpf/profile.hpp"
#include "reports/html/markup.hpp"

namespace tailbound::reports::html {

namespace {

using Series = std::vector<std::uint64_t>;

/// Entries in front of the parting that are drawn when a run parts late.
constexpr std::uint64_t most_before = 400;

struct Measure {
  std::string_view title;
  Series seen, sound;
  bool bounded = false;  // 33 is drawn
};

Series counts(const std::vector<model::TraceEntry>& trace) {
  Series out;
  for (const model::TraceEntry& entry : trace) out.push_back(entry.count);
  return out;
}
Series depths(const std::vector<model::TraceEntry>& trace) {
  Series out;
  for (const model::TraceEntry& entry : trace) out.push_back(entry.depth);
  return out;
}
Series taken(const std::vector<model::TraceEntry>& trace) {
  Series out;
  for (const model::TraceEntry& entry : trace)
    out.push_back((out.empty() ? 0 : out.back()) + (entry.by_tail_call ? 1 : 0));
  return out;
}

class Plot {
 public:
  Plot(const Story& story, bool broad)
      : story_(story),
        width_(broad ? 760 : 360),
        panel_(broad ? 116 : 104),
        first_(story.parting > most_before ? story.parting - most_before : 0),
        last_(std::max<std::uint64_t>(std::max(story.observed.trace.size(), story.sound.trace.size()),
                                      first_ + 2) -
              1) {}

  std::string draw() {
    const std::vector<Measure> measures = {
        {"count that each function finds", counts(story_.observed.trace), counts(story_.sound.trace), true},
        {"tail calls taken so far", taken(story_.observed.trace), taken(story_.sound.trace), true},
        {"frames on the stack", depths(story_.observed.trace), depths(story_.sound.trace), false},
    };
    for (const Measure& measure : measures) panel(measure);
    axis();
    return fmt::format(
        "<svg class=\"plot {}\" viewBox=\"0 0 {} {}\" role=\"img\">\n<title>{}</title>\n{}</svg>\n",
        width_ > 500 ? "broad" : "narrow", width_, y_ + 40, escaped(plot_in_words(story_)), out_);
  }

 private:
  double x(std::uint64_t entry) const {
    return left +
           (width_ - left - right) * static_cast<double>(entry - first_) / static_cast<double>(last_ - first_);
  }

  void panel(const Measure& measure) {
    const std::uint64_t most = highest(measure);
    const double top = y_ + 24, bottom = y_ + panel_;
    const auto y = [&](std::uint64_t value) {
      return bottom - (bottom - top) * static_cast<double>(value) / static_cast<double>(most);
    };
    words(left, y_ + 14, "", measure.title, "font-size=\"12.5\" font-weight=\"600\"");
    out_ +=
        fmt::format("<path class=\"axis\" d=\"M{} {:.1f}V{:.1f}H{}\"/>\n", left, top, bottom, width_ - right);
    if (measure.bounded && most >= bpf::max_tail_call_cnt) {
      const double at = y(bpf::max_tail_call_cnt);
      out_ += fmt::format("<path class=\"bound\" d=\"M{} {:.1f}H{}\"/>\n", left, at, width_ - right);
      words(left - 5, at + 4, "s", "33", "font-size=\"11\" text-anchor=\"end\"");
    } else {
      words(left - 5, top + 4, "s", fmt::format("{}", most), "font-size=\"11\" text-anchor=\"end\"");
    }
    words(left - 5, bottom + 3, "s", "0", "font-size=\"11\" text-anchor=\"end\"");
    line(measure.sound, "sound", y);
    line(measure.seen, "seen", y);
    out_ += fmt::format("<path class=\"parting\" stroke-dasharray=\"1 3\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>\n",
                        x(story_.parting), top - 4, bottom);
    y_ += panel_ + 14;
  }

  static std::uint64_t highest(const Measure& measure) {
    std::uint64_t most = measure.bounded ? bpf::max_tail_call_cnt + 5 : 2;
    for (const Series* series : {&measure.seen, &measure.sound}) {
      for (const std::uint64_t value : *series) most = std::max(most, value);
    }
    return most;
  }

  template <class Y>
  void line(const Series& series, std::string_view css, Y&& y) {
    if (series.size() <= first_) return;
    std::string path;
    for (std::uint64_t i = first_; i < series.size() && i <= last_; ++i)
      path += fmt::format("{}{:.1f} {:.1f}", i == first_ ? "M" : "L", x(i), y(series[i]));
    out_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", css, path);
  }

  void axis() {
    const double at = x(story_.parting);
    const bool late = at > width_ - 120;
    words(at, y_ + 2, "", fmt::format("entry {}: they part", story_.parting + 1),
          late ? "font-size=\"12\" text-anchor=\"end\"" : "font-size=\"12\" text-anchor=\"middle\"");
    words(left, y_ + 2, "s", fmt::format("entry {}", first_ + 1), "font-size=\"11\"");
    double legend = left;
    for (const auto& [css, label] : {std::pair{"seen", "observed"}, std::pair{"sound", "one count for all"}}) {
      if (css == std::string_view("seen") && story_.observed.trace.empty()) continue;
      out_ +=
          fmt::format("<path class=\"{0}\" d=\"M{1:.0f} {2}H{3:.0f}\"/>\n", css, legend, y_ + 22, legend + 26);
      words(legend + 32, y_ + 26, "", label, "font-size=\"12\"");
      legend += 120;
    }
  }

  void words(double at_x, double at_y, std::string_view css, std::string_view text, std::string_view how) {
    out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" {}>{}</text>\n", at_x, at_y, css, how,
                        escaped(text));
  }

  static constexpr int left = 34;
  static constexpr int right = 8;
  const Story& story_;
  int width_;
  int panel_;
  std::uint64_t first_;
  std::uint64_t last_;
  int y_ = 0;
  std::string out_;
};

}  // namespace

std::string plot_svg(const Story& story, bool broad) { return Plot(story, broad).draw(); }

std::string plot_in_words(const Story& story) {
  const auto most = [](const Series& series) { return series.empty() ? 0 : *std::ranges::max_element(series); };
  const Series seen = taken(story.observed.trace), sound = taken(story.sound.trace);
  std::string out =
      fmt::format("Over the entries of the run: both traces are the same up to entry {}. ", story.parting);
  if (!seen.empty()) {
    out += fmt::format(
        "Observed, no function ever finds a count above {}, yet {} tail calls have been taken by entry {}. ",
        most(counts(story.observed.trace)), seen.back(), seen.size());
  }
  return out + fmt::format("With one count for all there are {} in {} entries.",
                           sound.empty() ? 0 : sound.back(), sound.size());
}

}  // namespace tailbound::reports::html

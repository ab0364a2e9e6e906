#include "fuzz/campaign/live.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace tailbound::fuzz {

namespace {

struct Part {
  std::string label;  // before the value, faint
  std::string value;
  std::string unit;   // after it
  bool bad = false;
};

std::size_t length(const Part& part) { return part.label.size() + part.value.size() + part.unit.size(); }

/// The most important first; they are shown in this order too.
std::vector<Part> parts(const Moment& before, const Moment& now, bool guided) {
  const Totals& t = now.totals;
  const double seconds = std::max(now.seconds - before.seconds, 1e-3);
  const auto rate = [&](std::uint64_t Totals::* count) {
    return short_number(static_cast<double>(t.*count - before.totals.*count) / seconds);
  };
  const auto total = [](std::uint64_t count) { return short_number(static_cast<double>(count)); };
  std::vector<Part> all = {
      {"", fmt::format("{:.0f}", now.seconds), " s"},
      {"", rate(&Totals::scenarios), " judged/s"},
      {"", total(t.scenarios), " judged"},
      {"findings ", total(t.broken), "", t.broken != 0},
      {"", rate(&Totals::tail_calls), " calls/s"},
      {"limit ", total(t.at_limit), ""},
      {"empty ", total(t.empty), ""},
      {"range ", total(t.out_of_range), ""},
      {"fuel ", total(t.out_of_fuel), ""},
  };
  for (const Emulated& engine : now.emulated) {
    const std::uint64_t ran = t.ran[engine.engine] - before.totals.ran[engine.engine];
    all.push_back({engine.name + " ", short_number(static_cast<double>(ran) / seconds),
                   fmt::format("/s ({})", sampled(t, engine.engine))});
  }
  if (guided) {
    all.push_back({"features ", total(t.features), ""});
    all.push_back({"corpus ", total(t.kept), ""});
  }
  return all;
}

}  // namespace

Colours colours_for(int descriptor) {
  const char* const none = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  return {::isatty(descriptor) != 0 && (none == nullptr || *none == '\0') && term != nullptr &&
          std::string_view(term) != "dumb"};
}

std::size_t columns_of(int descriptor, std::size_t otherwise) {
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : otherwise;
}

std::string short_number(double value) {
  if (value < 9999.5) return fmt::format("{:.0f}", value);
  constexpr std::string_view suffixes = "kMGTPE";
  std::size_t i = 0;
  for (value /= 1000; value >= 999.5 && i + 1 < suffixes.size(); value /= 1000) ++i;
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", value, digits, suffixes[i]);
}

std::string sampled(const Totals& totals, std::size_t engine) {
  const std::uint64_t ran = totals.ran[engine];
  return ran == 0 ? "none" : fmt::format("1 in {}", (ran + totals.spared[engine] + ran / 2) / ran);
}

std::string live_line(const Moment& before, const Moment& now, bool guided, std::size_t columns, Colours colours) {
  std::string line;
  std::size_t used = 0;
  for (const Part& part : parts(before, now, guided)) {
    const std::size_t gap = used == 0 ? 0 : 2;
    if (used + gap + length(part) > columns) break;
    used += gap + length(part);
    line.append(gap, ' ');
    line += colours.faint(part.label) + (part.bad ? colours.bad(part.value) : colours.strong(part.value)) +
            colours.faint(part.unit);
  }
  return line;
}

}  // namespace tailbound::fuzz

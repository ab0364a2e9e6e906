#include "fuzz/cli/reduction_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "reports/finding.hpp"

namespace tailbound::fuzz::cli {

ReductionLine::ReductionLine(bool on)
    : on_(on), terminal_(::isatty(STDERR_FILENO) != 0), next_(Clock::now() + std::chrono::seconds(1)) {}

ReductionLine::~ReductionLine() {
  if (shown_ && terminal_) fmt::print(stderr, "\r\x1b[K");
}

void ReductionLine::show(const gen::ReduceStats& stats, const bpf::Scenario& best) {
  const Clock::time_point now = Clock::now();
  if (!on_ || now < next_) return;
  next_ = now + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000));
  shown_ = true;
  fmt::print(stderr, "{}reducing: {} candidates judged, {} kept; {} programs, {} statements{}",
             terminal_ ? "\r" : "", stats.judged, stats.kept, best.programs.size(),
             reports::count_statements(best), terminal_ ? "\x1b[K" : "\n");
  std::fflush(stderr);
}

}  // namespace tailbound::fuzz::cli

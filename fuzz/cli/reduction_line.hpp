// A line about a reduction under way, from its first second on.
#pragma once

#include <chrono>

#include "gen/reduce/reduce.hpp"

namespace tailbound::fuzz::cli {

class ReductionLine {
 public:
  /// `on`: at all; on a terminal alone it is rewritten, else there is one every ten seconds.
  explicit ReductionLine(bool on);
  ReductionLine(const ReductionLine&) = delete;
  ReductionLine& operator=(const ReductionLine&) = delete;
  ~ReductionLine();

  void show(const gen::ReduceStats& stats, const bpf::Scenario& best);

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point next_;
};

}  // namespace tailbound::fuzz::cli

// Checks of a run on its own.
#include <fmt/format.h>

#include <algorithm>

#include "oracles/check/checks.hpp"

namespace tailbound::check {

namespace {
Verdict broken(Property property, std::size_t run, std::string kind, std::string detail) {
  return {Outcome::disagree, property, std::move(kind), std::move(detail), run};
}
}  // namespace

Verdict accepted(const Observation& got) {
  if (got.refused.empty()) return {};
  return broken(Property::acceptance, 0, got.refused,
                fmt::format("the kernel refuses it: {}", got.log.substr(0, got.log.find('\n'))));
}

Verdict ended(const Observation& got) {
  for (std::size_t r = 0; r < got.runs.size(); ++r) {
    const RunObservation& run = got.runs[r];
    switch (run.status) {
      case RunStatus::finished: break;
      case RunStatus::fault:
        // A kernel that was lost told of it: no address of ours.
        if (!got.log.empty())
          return broken(Property::fault, r, std::string(run.fault.kind), fmt::format("{}: {}", run.fault.kind, got.log));
        return broken(Property::fault, r, std::string(run.fault.kind),
                      fmt::format("{} at code offset {:#x}, address {:#x}", run.fault.kind, run.fault.pc,
                                  run.fault.address));
      case RunStatus::timeout:
        return broken(Property::fault, r, "timeout", fmt::format("still running at its {}", run.fault.kind));
    }
  }
  return {};
}

Verdict frame_balance(const Observation& got) {
  for (std::size_t r = 0; r < got.runs.size(); ++r) {
    const FrameState& frame = got.runs[r].frame;
    if (!frame.stack_pointer) {
      return broken(Property::frame, r, "stack pointer", "the stack pointer is not what it was at entry");
    }
    if (!frame.callee_saved) {
      return broken(Property::frame, r, "callee-saved", "a callee-saved register is not what it was at entry");
    }
    if (!frame.canaries) {
      return broken(Property::frame, r, "canaries", "words above the entry frame were written");
    }
  }
  return {};
}

Verdict bound(const Observation& got, std::uint64_t limit) {
  for (std::size_t r = 0; r < got.runs.size(); ++r) {
    const RunObservation& run = got.runs[r];
    const std::uint64_t taken = run.contexts.empty() ? run.tail_calls(got.layout)
                                                     : *std::max_element(run.contexts.begin(), run.contexts.end());
    if (taken > limit) {
      return broken(Property::bound, r, "exceeded",
                    fmt::format("{} tail calls from one entry; at most {} are allowed", taken, limit));
    }
  }
  return {};
}

}  // namespace tailbound::check

// Which scenarios of a worker engines under an emulator run too, beside a native one.
#pragma once

#include <chrono>
#include <cstdint>

namespace tailbound::fuzz {

/// One in so many, or as many as a share of the worker's time pays for. Only what a campaign compares depends
/// on it: who replays a finding asks every engine.
class EmulatedTurns {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// The share of the time, in percent.
  static constexpr std::int64_t share = 20;
  /// However dear they are, one scenario in so many is theirs.
  static constexpr std::uint64_t rarest = 1024;

  /// `every` 0: by the share.
  explicit EmulatedTurns(std::uint32_t every) : every_(every) {}

  /// Whether they run the scenario of this number. `elapsed`: since the worker began; `spent`: of it, by them.
  bool take(std::uint64_t number, Duration elapsed, Duration spent) {
    if (every_ != 0) return number % every_ == 0;
    const bool taken = spared_ + 1 >= rarest || spent * 100 <= elapsed * share;
    spared_ = taken ? 0 : spared_ + 1;
    return taken;
  }

 private:
  std::uint32_t every_;
  std::uint64_t spared_ = rarest - 1;  // in a row; the first scenario is theirs
};

}  // namespace tailbound::fuzz

// What an emulated engine gets of a worker's time.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/campaign/emulated_turns.hpp"

namespace tailbound::fuzz::test {

namespace {

using Duration = EmulatedTurns::Duration;

struct Spending {
  std::uint64_t taken = 0;
  std::uint64_t longest_pause = 0;
  Duration elapsed{};
  Duration spent{};
};

/// A worker whose scenarios cost `native` on the native engine and `emulated` more where the emulated one runs
/// them.
Spending work(std::uint32_t every, std::uint64_t scenarios, Duration native, Duration emulated) {
  EmulatedTurns turns(every);
  Spending s;
  std::uint64_t pause = 0;
  for (std::uint64_t n = 0; n < scenarios; ++n) {
    s.elapsed += native;
    if (!turns.take(n, s.elapsed, s.spent)) {
      s.longest_pause = std::max(s.longest_pause, ++pause);
      continue;
    }
    pause = 0;
    ++s.taken;
    s.elapsed += emulated;
    s.spent += emulated;
  }
  return s;
}

RC_GTEST_PROP(EmulatedTurns, TheShareIsKeptAndUsed, ()) {
  const Duration native{*rc::gen::inRange(1, 1000)};
  const Duration emulated{*rc::gen::inRange(1, 100'000)};
  const Spending s = work(0, 20'000, native, emulated);
  RC_ASSERT(s.taken > 0);
  RC_ASSERT(s.longest_pause < EmulatedTurns::rarest);
  const Duration due = s.elapsed * EmulatedTurns::share / 100;
  const bool all = s.taken == 20'000;
  RC_ASSERT(all || s.spent + emulated >= due);
  const bool only_the_floor = s.taken <= 20'000 / EmulatedTurns::rarest + 1;
  RC_ASSERT(only_the_floor || s.spent <= due + emulated);
}

TEST(EmulatedTurns, TheFirstScenarioIsTheirs) {
  EmulatedTurns turns(0);
  EXPECT_TRUE(turns.take(7, Duration{0}, Duration{0}));
  EmulatedTurns restarted(0);
  EXPECT_TRUE(restarted.take(7, Duration{0}, Duration{1000}));
}

TEST(EmulatedTurns, ARateIsKeptWhateverItCosts) {
  EXPECT_EQ(work(1, 100, Duration{1}, Duration{1000}).taken, 100U);
  EXPECT_EQ(work(32, 320, Duration{1}, Duration{1'000'000}).taken, 10U);
}

}  // namespace

}  // namespace tailbound::fuzz::test

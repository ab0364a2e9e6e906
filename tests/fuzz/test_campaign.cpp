// Campaigns: workers, totals, findings, and engines by name.
#include "fuzz/campaign/campaign.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "fuzz/campaign/child.hpp"

namespace tailbound::test {

namespace {

fuzz::CampaignOptions options(const char* scheme, double seconds) {
  return {.engines = {.engines = {"interpreter", "x86_64"}, .scheme = scheme},
          .budget = {},
          .seed = 1,
          .seconds = seconds,
          .jobs = 2,
          .live = false};
}

TEST(Campaign, HoldsOnTheSoundScheme) {
  const fuzz::CampaignEnd end = fuzz::run_campaign(options("pointer", 1));
  EXPECT_FALSE(end.found.has_value());
  EXPECT_EQ(end.could_not_run, "");
  EXPECT_GT(end.totals.scenarios, 0U);
  EXPECT_GT(end.totals.tail_calls, 0U);
  EXPECT_EQ(end.totals.ran[0], end.totals.scenarios);
  EXPECT_EQ(end.totals.ran[1], end.totals.scenarios);
}

TEST(Campaign, ReadsBackTheMachineCodeOfASample) {
  fuzz::CampaignOptions campaign = options("pointer", 0.5);
  EXPECT_GT(fuzz::run_campaign(campaign).totals.encoding_checked, 0U);
  campaign.sample = 1;
  const fuzz::Totals all = fuzz::run_campaign(campaign).totals;
  EXPECT_GE(all.encoding_checked, all.scenarios) << "every scenario has a program";
  campaign.sample = 0;
  EXPECT_EQ(fuzz::run_campaign(campaign).totals.encoding_checked, 0U);
}

TEST(Campaign, CountsWhatEachOracleDid) {
  fuzz::CampaignOptions campaign = options("pointer", 0.5);
  campaign.oracles.remove(OracleId::frame);
  const fuzz::Totals totals = fuzz::run_campaign(campaign).totals;
  const auto judged = [&](OracleId id) { return totals.oracles[static_cast<std::size_t>(id)].judged; };
  EXPECT_EQ(judged(OracleId::bound), 2 * totals.scenarios) << "on both engines";
  EXPECT_EQ(judged(OracleId::frame), 0U);
  EXPECT_GT(judged(OracleId::independence), 0U);
  EXPECT_LT(judged(OracleId::independence), totals.scenarios);
}

TEST(Campaign, StopsAtAFinding) {
  const fuzz::CampaignEnd end = fuzz::run_campaign(options("by-value", 60));
  ASSERT_TRUE(end.found.has_value());
  EXPECT_EQ(end.found->signal, 0);
}

TEST(Engines, UnknownNamesSayWhatWasExpected) {
  EXPECT_EQ(fuzz::make_engines({.engines = {"z80"}}).error(), "unknown engine 'z80'; expected interpreter or x86_64");
  const std::string no_scheme = fuzz::make_engines({.scheme = "best"}).error();
  EXPECT_TRUE(no_scheme.starts_with("unknown scheme 'best'; expected pointer, ")) << no_scheme;
  EXPECT_FALSE(fuzz::make_engines({.engines = {}}).has_value());
}

TEST(Child, BringsBackCodeAndMessage) {
  const fuzz::ChildEnd end = fuzz::in_child([](std::string& message) {
    message = std::string(200'000, 'x');
    return 7;
  });
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.signal, 0);
  EXPECT_EQ(end.message.size(), 200'000U);
}

TEST(Child, ADeathIsAnAnswer) {
  EXPECT_EQ(fuzz::in_child([](std::string&) -> int {
              kill(getpid(), SIGKILL);
              return 0;
            }).signal,
            SIGKILL);
}

}  // namespace

}  // namespace tailbound::test

// Campaigns: workers, totals, findings, and engines by name.
#include "fuzz/campaign/campaign.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <limits>
#include <memory>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/shared.hpp"
#include "jit/bpf/graph.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

using fuzz::Driver;

fuzz::CampaignOptions options(const char* scheme, double seconds, Driver driver = Driver::libfuzzer) {
  fuzz::CampaignOptions campaign;
  campaign.engines.scheme = scheme;
  campaign.driver = driver;
  campaign.seconds = seconds;
  campaign.jobs = 2;
  campaign.live = false;
  return campaign;
}

/// So many scenarios, however long they take.
fuzz::CampaignOptions counted(const char* scheme, std::uint64_t runs, Driver driver) {
  fuzz::CampaignOptions campaign = options(scheme, std::numeric_limits<double>::infinity(), driver);
  campaign.runs = runs;
  return campaign;
}

class Campaign : public testing::TestWithParam<Driver> {};
INSTANTIATE_TEST_SUITE_P(Drivers, Campaign, testing::Values(Driver::libfuzzer, Driver::seed),
                         [](const auto& row) { return row.param == Driver::seed ? "Seed" : "LibFuzzer"; });

TEST_P(Campaign, HoldsOnTheSoundScheme) {
  const fuzz::CampaignEnd end = fuzz::run_campaign(options("pointer", 1, GetParam()));
  EXPECT_FALSE(end.found.has_value());
  EXPECT_EQ(end.could_not_run, "");
  EXPECT_GT(end.totals.scenarios, 0U);
  EXPECT_GT(end.totals.tail_calls, 0U);
  EXPECT_GT(end.totals.ran[0], 0U);
  EXPECT_EQ(end.totals.ran[0] + end.totals.spared[0], end.totals.scenarios);
  EXPECT_EQ(end.totals.ran[1], end.totals.scenarios);
}

TEST_P(Campaign, TheInterpreterChecksOneScenarioInSoMany) {
  fuzz::CampaignOptions campaign = counted("pointer", 400, GetParam());
  const fuzz::Totals some = fuzz::run_campaign(campaign).totals;
  EXPECT_GE(some.ran[0], 400U / campaign.cross_check);
  EXPECT_GT(some.spared[0], 0U);
  EXPECT_EQ(some.ran[0] + some.spared[0], some.ran[1]);
  campaign.cross_check = 1;
  const fuzz::Totals every = fuzz::run_campaign(campaign).totals;
  EXPECT_EQ(every.ran[0], 400U);
  EXPECT_EQ(every.spared[0], 0U);
  // Where code is instrumented, libFuzzer is guided by the interpreter's coverage too.
  if (GetParam() == Driver::seed) {
    EXPECT_EQ(every.histogram, some.histogram) << "what is searched does not depend on it";
  }
}

TEST_P(Campaign, TheInterpreterAloneRunsEveryScenario) {
  fuzz::CampaignOptions campaign = counted("pointer", 100, GetParam());
  campaign.engines.engines = {"interpreter"};
  EXPECT_EQ(fuzz::run_campaign(campaign).totals.ran[0], 100U);
}

TEST_P(Campaign, EndsAfterSoManyScenarios) {
  const fuzz::CampaignEnd end = fuzz::run_campaign(counted("pointer", 101, GetParam()));
  EXPECT_EQ(end.totals.ran[0] + end.totals.spared[0] + end.totals.unavailable[0], 101U);
  std::uint64_t in_rows = 0;
  for (const std::uint64_t count : end.totals.histogram[0]) in_rows += count;
  EXPECT_EQ(in_rows, end.totals.scenarios) << "every judged scenario is in one row of the first table";
}

TEST_P(Campaign, TheSameOptionsSearchTheSame) {
  const fuzz::Totals one = fuzz::run_campaign(counted("pointer", 300, GetParam())).totals;
  const fuzz::Totals other = fuzz::run_campaign(counted("pointer", 300, GetParam())).totals;
  EXPECT_EQ(one.tail_calls, other.tail_calls);
  EXPECT_EQ(one.at_limit, other.at_limit);
  EXPECT_EQ(one.histogram, other.histogram);
}

TEST_P(Campaign, ReadsBackTheMachineCodeOfASample) {
  fuzz::CampaignOptions campaign = counted("pointer", 200, GetParam());
  EXPECT_GT(fuzz::run_campaign(campaign).totals.encoding_checked, 0U);
  campaign.sample = 1;
  const fuzz::Totals all = fuzz::run_campaign(campaign).totals;
  EXPECT_GE(all.encoding_checked, all.scenarios) << "every scenario has a program";
  campaign.sample = 0;
  EXPECT_EQ(fuzz::run_campaign(campaign).totals.encoding_checked, 0U);
}

TEST_P(Campaign, StopsAtAFindingThatIsOneWhenItIsJudgedAgain) {
  const fuzz::CampaignEnd end = fuzz::run_campaign(options("by-value", 60, GetParam()));
  ASSERT_TRUE(end.found.has_value());
  EXPECT_EQ(end.found->signal, 0);
  Judge judge(std::move(*fuzz::make_engines({.scheme = "by-value"})));
  EXPECT_TRUE(judge.judge(end.found->scenario).verdict.broken());
}

TEST_P(Campaign, GoesOnUntilItIsToldToStop) {
  fuzz::CampaignOptions campaign = options("by-value", 60, GetParam());
  campaign.keep_going = true;
  int handed_on = 0;
  campaign.on_found = [&](const fuzz::Found&) { return ++handed_on < 3; };
  const fuzz::CampaignEnd end = fuzz::run_campaign(campaign);
  EXPECT_EQ(handed_on, 3);
  EXPECT_GE(end.totals.broken, 3U);
  EXPECT_LT(end.seconds, 60);
}

TEST_P(Campaign, OneClassIsHandedOnAFewTimesOnly) {
  fuzz::CampaignOptions campaign = counted("by-value", 2000, GetParam());
  campaign.keep_going = true;
  std::uint64_t handed_on = 0;
  campaign.on_found = [&](const fuzz::Found&) { return ++handed_on < 1000; };
  const fuzz::CampaignEnd end = fuzz::run_campaign(campaign);
  EXPECT_GE(end.totals.broken, handed_on);
  EXPECT_LT(handed_on, 150U);
}

TEST(LibFuzzer, StartsFromTheGivenScenarios) {
  // Nothing is drawn anew and the default scenario has no call, so only what is given can be a finding so soon.
  const auto given = bpf::parse_graph(
      "array t[1] { 0: p }\nprogram p { call f; call f; return 0\n subprog f { tail_call t[0]; return 0 } }\nrun p\n");
  ASSERT_TRUE(given.has_value()) << given.error().text();
  fuzz::CampaignOptions campaign = counted("by-value", 6, Driver::libfuzzer);
  campaign.fresh = 0;
  campaign.corpus = {*given};
  EXPECT_TRUE(fuzz::run_campaign(campaign).found.has_value());
}

TEST(LibFuzzer, CountsWhatIsNew) {
  const fuzz::Totals few = fuzz::run_campaign(counted("pointer", 20, Driver::libfuzzer)).totals;
  const fuzz::Totals many = fuzz::run_campaign(counted("pointer", 2000, Driver::libfuzzer)).totals;
  EXPECT_GT(few.features, 0U);
  EXPECT_GE(many.features, few.features);
  EXPECT_GT(many.kept, 0U);
  EXPECT_LE(many.kept, many.features);
}

TEST(Lit, SaysNewOncePerPowerOfTwo) {
  auto lit = std::make_unique<fuzz::Lit>();
  alignas(8) std::array<std::uint8_t, features::counters> counters{};
  EXPECT_EQ(lit->add(counters), 0U);
  counters[0] = counters[9] = counters[features::counters - 1] = 1;
  EXPECT_EQ(lit->add(counters), 3U);
  EXPECT_EQ(lit->add(counters), 0U);
  counters[9] = 2;
  EXPECT_EQ(lit->add(counters), 1U);
  counters[9] = 3;
  EXPECT_EQ(lit->add(counters), 0U) << "2 and 3 are one power of two";
  counters[9] = 255;
  EXPECT_EQ(lit->add(counters), 1U);
}

TEST(CampaignOracles, CountWhatEachDid) {
  fuzz::CampaignOptions campaign = counted("pointer", 2000, Driver::seed);
  campaign.oracles.remove(OracleId::frame);
  campaign.cross_check = 1;
  const fuzz::Totals totals = fuzz::run_campaign(campaign).totals;
  const auto judged = [&](OracleId id) { return totals.oracles[static_cast<std::size_t>(id)].judged; };
  EXPECT_EQ(judged(OracleId::bound), 2 * totals.scenarios) << "on both engines";
  EXPECT_EQ(judged(OracleId::frame), 0U);
  EXPECT_GT(judged(OracleId::independence), 0U);
  EXPECT_LT(judged(OracleId::independence), totals.scenarios);
}

TEST(Engines, UnknownNamesSayWhatWasExpected) {
  EXPECT_EQ(fuzz::make_engines({.engines = {"z80"}}).error(), "unknown engine 'z80'; expected " + fuzz::engine_names());
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

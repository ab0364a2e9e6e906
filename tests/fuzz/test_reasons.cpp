// Reasons of engines that could not take a scenario: nothing is lost of the counts, whatever the texts.
#include "fuzz/campaign/reasons.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace tailbound::test {

namespace {

using fuzz::Reason;

std::uint64_t sum(const std::vector<Reason>& reasons) {
  return std::accumulate(reasons.begin(), reasons.end(), std::uint64_t{0},
                         [](std::uint64_t all, const Reason& reason) { return all + reason.times; });
}

RC_GTEST_PROP(Reasons, EveryOneIsCountedOnce, (const std::vector<std::uint8_t>& kinds)) {
  fuzz::ReasonCounts counts;
  for (const std::uint8_t kind : kinds) counts.add(std::string(1 + kind % 40, 'x'));
  std::vector<Reason> reasons;
  counts.add_to(reasons);
  RC_ASSERT(sum(reasons) == kinds.size());
}

TEST(Reasons, FiguresMakeNoKind) {
  EXPECT_TRUE(fuzz::same_kind("8200 bytes of 8192", "17344 bytes of 8192"));
  EXPECT_FALSE(fuzz::same_kind("8200 bytes", "8200 words"));
  EXPECT_FALSE(fuzz::same_kind("8200 bytes", "bytes"));
  EXPECT_FALSE(fuzz::same_kind("a", "a1"));
}

TEST(Reasons, OfTwoWorkersAreJoinedAndTheMostFrequentIsFirst) {
  fuzz::ReasonCounts one, other;
  one.add("slot change during a run");
  one.add("8200 bytes");
  other.add("9000 bytes");
  std::vector<Reason> reasons;
  one.add_to(reasons);
  other.add_to(reasons);
  fuzz::sort_reasons(reasons);
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_EQ(reasons[0].text, "8200 bytes");
  EXPECT_EQ(reasons[0].times, 2U);
}

TEST(Reasons, TooManyKindsAreOthers) {
  fuzz::ReasonCounts counts;
  for (char c = 'a'; c <= 'z'; ++c) counts.add(std::string(300, c));
  std::vector<Reason> reasons;
  counts.add_to(reasons);
  EXPECT_EQ(reasons.size(), 8U);
  EXPECT_EQ(reasons.back().text, "other reasons");
  EXPECT_EQ(sum(reasons), 26U);
}

}  // namespace

}  // namespace tailbound::test

// The project's list of known findings: each still gives what its file says.
#include "reports/known.hpp"

#include <gtest/gtest.h>

#include "fuzz/campaign/replay.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

reports::KnownFindings known() {
  auto list = reports::KnownFindings::load(source_dir() / reports::known_folder);
  EXPECT_TRUE(list.has_value()) << list.error();
  return list ? std::move(*list) : reports::KnownFindings{};
}

TEST(Known, EveryFindingOnTheListIsAsItSays) {
  const reports::KnownFindings list = known();
  EXPECT_GE(list.all().size(), 8U);
  for (const reports::KnownFinding& each : list.all()) {
    SCOPED_TRACE(each.file);
    const fuzz::ReplayEnd end = fuzz::replay(each.finding);
    EXPECT_EQ(name(end.result), "same") << end.verdict << ": " << end.detail;
    EXPECT_EQ(end.signature, each.finding.record.signature);
    EXPECT_EQ(name(fuzz::stage_after(each.finding, end)), name(each.finding.record.stage));
  }
}

/// What is known of one scheme excuses nothing under another.
TEST(Known, HoldsForItsSchemeAlone) {
  const reports::KnownFindings list = known();
  ASSERT_FALSE(list.all().empty());
  const reports::FindingRecord& record = list.all().front().finding.record;
  using reports::Stage;
  EXPECT_EQ(stage_of(list, record.signature, record.scheme, Stage::reduced), Stage::known);
  EXPECT_EQ(stage_of(list, record.signature, "pointer", Stage::reduced), Stage::reduced);
  EXPECT_EQ(stage_of(list, "bound-exceeded-00000000-00000000", record.scheme, Stage::fresh), Stage::fresh);
  EXPECT_NE(list.schemes_of(record.signature).find(record.scheme), std::string::npos);
}

}  // namespace

}  // namespace tailbound::test

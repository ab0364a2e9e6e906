// Findings as files: what is written is read again, and what is no finding is refused with a reason.
#include "reports/finding_file.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace {

using reports::FindingRecord;

FindingRecord record() {
  return {.verdict = "bound-exceeded",
          .signature = "bound-exceeded-0123abcd",
          .detail = "34 tail calls: too many",
          .engine = "x86_64",
          .engines = {"interpreter", "x86_64"},
          .scheme = "by-value",
          .oracles = *parse_oracle_set("bound,frame"),
          .found_by = "tailbound fuzz --seed 1, scenario 7",
          .stage = reports::Stage::known,
          .blame = {"first step", "second step"}};
}

bpf::Scenario scenario() { return *bpf::parse_graph("program p { return 1 }\nrun p\nexpect return 1\n"); }

TEST(FindingFile, IsReadAsItWasWritten) {
  const auto file = reports::parse_finding_file(print_finding_file(record(), scenario()));
  ASSERT_TRUE(file.has_value()) << file.error();
  EXPECT_EQ(file->scenario, scenario());
  const FindingRecord& got = file->record;
  EXPECT_EQ(got.verdict, record().verdict);
  EXPECT_EQ(got.signature, record().signature);
  EXPECT_EQ(got.detail, record().detail);
  EXPECT_EQ(got.engine, record().engine);
  EXPECT_EQ(got.engines, record().engines);
  EXPECT_EQ(got.scheme, record().scheme);
  EXPECT_EQ(got.oracles, record().oracles);
  EXPECT_EQ(got.found_by, record().found_by);
  EXPECT_EQ(got.stage, record().stage);
  EXPECT_EQ(got.blame, record().blame);
}

TEST(FindingFile, IsAScenarioFileToo) {
  EXPECT_TRUE(bpf::parse_graph(print_finding_file(record(), scenario())).has_value());
}

TEST(FindingFile, ValuesStayOnTheirLine) {
  FindingRecord odd = record();
  odd.detail = "two\nlines\x01";
  const auto file = reports::parse_finding_file(print_finding_file(odd, scenario()));
  ASSERT_TRUE(file.has_value()) << file.error();
  EXPECT_EQ(file->record.detail, "two lines ");
}

TEST(FindingFile, EveryCutIsRefusedOrStillWhole) {
  const std::string text = print_finding_file(record(), scenario());
  const std::size_t scenario_ends = text.find("expect");
  for (std::size_t end = 0; end < scenario_ends; ++end) {
    const auto file = reports::parse_finding_file(text.substr(0, end));
    if (file) EXPECT_FALSE(file->scenario.events.empty()) << text.substr(0, end);
  }
}

struct Row {
  const char* behaviour;
  const char* text;
  const char* error;
};

class NoFinding : public testing::TestWithParam<Row> {};

TEST_P(NoFinding, SaysWhatWasExpected) {
  const auto file = reports::parse_finding_file(GetParam().text);
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.error().find(GetParam().error), std::string::npos) << file.error();
}

constexpr const char* not_one = "1:1: not a finding; its first line is expected to be '# tailbound finding 2'";
INSTANTIATE_TEST_SUITE_P(
    Texts, NoFinding,
    testing::Values(Row{"Empty", "", not_one}, Row{"AScenario", "program p { return 0 }\nrun p\n", not_one},
                    Row{"ALaterVersion", "# tailbound finding 9\n# verdict: x\n",
                        "1:1: a finding of version 9; expected 1 or 2"},
                    Row{"NoVersion", "# tailbound finding x\n# verdict: x\n", not_one},
                    Row{"AnUnknownStage",
                        "# tailbound finding 2\n# verdict: a\n# engines: b\n# scheme: c\n# oracles: bound\n# stage: old\n",
                        "unknown stage 'old'; expected new, reduced, known, fixed or regression"},
                    Row{"NoVerdict", "# tailbound finding 2\n# engines: x86_64\n", "no line '# verdict: "},
                    Row{"NoOracles", "# tailbound finding 2\n# verdict: a\n# engines: b\n# scheme: c\n",
                        "no line '# oracles: "},
                    Row{"AnUnknownOracle",
                        "# tailbound finding 2\n# verdict: a\n# engines: b\n# scheme: c\n# oracles: luck\n",
                        "unknown oracle 'luck'; expected "},
                    Row{"NoScenario",
                        "# tailbound finding 2\n# verdict: a\n# engines: b\n# scheme: c\n# oracles: bound\n",
                        "there is no program"}),
    [](const auto& row) { return row.param.behaviour; });

}  // namespace

}  // namespace tailbound::test

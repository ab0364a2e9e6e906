// The table of oracles, sets of them, and the documents that list them.
#include "oracles/check/oracle.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "oracles/check/oracle_set.hpp"

namespace tailbound::test {

namespace {

TEST(OracleTable, NamesAreUniqueAndEveryOneIsDescribed) {
  std::set<std::string_view> names;
  for (const Oracle& each : oracles()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_GT(each.summary.size(), 20U) << each.name;
    EXPECT_FALSE(each.properties.empty()) << each.name;
    EXPECT_EQ(find_oracle(each.name), &each);
    EXPECT_EQ(&oracle(each.id), &each);
  }
  EXPECT_EQ(find_oracle("luck"), nullptr);
}

/// So a finding's name says which oracle saw it.
TEST(OracleTable, EveryPropertyBelongsToExactlyOneOracle) {
  std::map<Property, int> owners;
  for (const Oracle& each : oracles()) {
    for (const Property property : each.properties) ++owners[property];
  }
  int known = 0;
  for (; name(static_cast<Property>(known)) != "?"; ++known) {
    EXPECT_EQ(owners[static_cast<Property>(known)], 1) << name(static_cast<Property>(known));
  }
  EXPECT_EQ(static_cast<std::size_t>(known), owners.size());
}

TEST(OracleTable, EveryReasonIsAClause) {
  for (std::size_t i = 0; i < why_nots; ++i) EXPECT_NE(text(static_cast<WhyNot>(i)), "?") << i;
  EXPECT_EQ(text(static_cast<WhyNot>(why_nots)), "?") << "why_nots counts them";
}

struct Row {
  const char* behaviour;
  std::optional<std::string_view> only;
  std::string_view without;
  std::string_view outcome;  // names, or how the error starts
};

class OracleSets : public testing::TestWithParam<Row> {};

TEST_P(OracleSets, AreWhatTheOptionsSay) {
  const auto set = parse_oracle_set(GetParam().only, GetParam().without);
  const std::string shown = set ? set->names() : set.error();
  EXPECT_TRUE(shown.starts_with(GetParam().outcome)) << shown;
  if (set) EXPECT_EQ(shown, GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(
    Options, OracleSets,
    testing::Values(Row{"One", "bound", "", "bound"}, Row{"InTheTablesOrder", "frame,ended", "", "ended,frame"},
                    Row{"Both", "bound,frame", "frame", "bound"},
                    Row{"Unknown", "luck", "", "unknown oracle 'luck'; expected acceptance, encoding, "},
                    Row{"UnknownWithout", std::nullopt, "bound,luck", "unknown oracle 'luck'; expected "},
                    Row{"Twice", "bound,bound", "", "oracle 'bound' is named twice"},
                    Row{"EmptyWord", "bound,,frame", "", "unknown oracle ''"},
                    Row{"TrailingComma", "bound,", "", "an oracle's name is missing behind 'bound,'"},
                    Row{"NothingNamed", "", "", "no oracle is left; expected "},
                    Row{"NothingLeft", "bound", "bound", "no oracle is left; expected "}),
    [](const auto& row) { return row.param.behaviour; });

TEST(OracleSets, AreAllWithoutOptions) {
  EXPECT_EQ(*parse_oracle_set(std::nullopt), OracleSet::all());
  EXPECT_EQ(*parse_oracle_set(OracleSet::all().names()), OracleSet::all());
}

TEST(OracleSets, CanLoseAllOfATime) {
  OracleSet set = OracleSet::all();
  set.remove(When::always);
  for (const Oracle& each : oracles()) EXPECT_EQ(set.has(each.id), each.when != When::always) << each.name;
}

TEST(OracleCounts, AddUpByReason) {
  OracleCount count;
  count.add(WhyNot::none);
  count.add(WhyNot::no_code);
  count.add(WhyNot::no_code);
  OracleCount sum;
  count.add_to(sum);
  count.add_to(sum);
  EXPECT_EQ(sum.judged, 2U);
  EXPECT_EQ(sum.could_not[static_cast<std::size_t>(WhyNot::no_code)], 4U);
  EXPECT_EQ(sum.could_not[static_cast<std::size_t>(WhyNot::none)], 0U);
}

}  // namespace

}  // namespace tailbound::test

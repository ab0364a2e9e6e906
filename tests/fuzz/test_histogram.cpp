// Outcomes by row, and how they are drawn.
#include "fuzz/campaign/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <sstream>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/live.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace {

Judge judge() { return Judge(std::move(*fuzz::make_engines({}))); }

/// The name of each row that a scenario falls into.
std::vector<std::string> rows_of(const char* graph, fuzz::Table table) {
  Judge only = judge();
  const Judgement judgement = only.judge(bpf::parse_graph(graph).value());
  const auto bits = fuzz::rows_of(only, judgement)[static_cast<std::size_t>(table)];
  std::vector<std::string> names;
  for (std::size_t row = 0; row < fuzz::rows(table).size(); ++row) {
    if ((bits >> row & 1U) != 0) names.emplace_back(fuzz::rows(table)[row]);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(Histogram, ACycleIsStoppedAtTheLimit) {
  const char* cycle = "array t[1] { 0: p }\nprogram p { tail_call t[0]; return 0 }\nrun p\n";
  EXPECT_EQ(rows_of(cycle, fuzz::Table::tail_calls), Names{"33"});
  EXPECT_EQ(rows_of(cycle, fuzz::Table::outcome), (Names{"taken", "at the limit"}));
}

TEST(Histogram, RefusalsHaveTheirReasons) {
  EXPECT_EQ(rows_of("array t[1] {}\nprogram p { tail_call t[0]; return 0 }\nrun p\n", fuzz::Table::outcome),
            Names{"empty slot"});
  EXPECT_EQ(rows_of("array t[1] {}\nprogram p { tail_call t[7]; return 0 }\nrun p\n", fuzz::Table::outcome),
            Names{"out of range"});
  EXPECT_EQ(rows_of("program p { return 0 }\nrun p\n", fuzz::Table::outcome), Names{"none tried"});
  EXPECT_EQ(rows_of("program p { return 0 }\nrun p\n", fuzz::Table::tail_calls), Names{"none"});
}

/// Exactly one row of each table but `outcome`, where there is at least one.
RC_GTEST_PROP(Histogram, EveryScenarioHasARow, (std::uint64_t seed)) {
  static Judge only = judge();
  gen::ByteSource source(seed);
  const auto bits = fuzz::rows_of(only, only.judge(gen::generate(source, {})));
  RC_ASSERT(std::popcount(bits[0]) == 1);
  RC_ASSERT(bits[1] != 0U);
  RC_ASSERT(std::popcount(bits[2]) == 1);
  for (std::size_t t = 0; t < fuzz::tables; ++t) {
    RC_ASSERT(static_cast<std::size_t>(std::bit_width(bits[t])) <= fuzz::rows(static_cast<fuzz::Table>(t)).size());
  }
}

RC_GTEST_PROP(Histogram, LinesFitAndEmptyRowsAreMarked, (fuzz::Histogram counts)) {
  std::uint64_t scenarios = 1;
  for (auto& table : counts) {
    for (auto& count : table) scenarios += count %= 1'000'000;
  }
  const auto columns = *rc::gen::inRange<std::size_t>(40, 200);
  std::istringstream lines(fuzz::draw(counts, scenarios, columns));
  std::size_t empty = 0, marked = 0;
  for (std::string line; std::getline(lines, line);) {
    RC_ASSERT(line.size() <= columns);
    RC_ASSERT(line.size() <= 110U);
    std::istringstream words(line);
    for (std::string word; words >> word;) marked += word == "-" ? 1U : 0U;
  }
  for (std::size_t t = 0; t < fuzz::tables; ++t) {
    const std::size_t rows = fuzz::rows(static_cast<fuzz::Table>(t)).size();
    empty += static_cast<std::size_t>(std::count(counts[t].begin(), counts[t].begin() + static_cast<long>(rows), 0U));
  }
  RC_ASSERT(marked == empty);
}

TEST(Histogram, NothingJudgedDrawsNothing) { EXPECT_EQ(fuzz::draw({}, 0, 110), ""); }

struct NumberRow {
  double value;
  const char* text;
};

TEST(Live, ShortNumbers) {
  constexpr NumberRow table[] = {{0, "0"},          {9999, "9999"},   {10000, "10.0k"}, {99949, "99.9k"},
                                 {123456, "123k"},  {999499, "999k"}, {999500, "1.00M"}, {1234567, "1.23M"},
                                 {12345678, "12.3M"}, {5e9, "5.00G"}};
  for (const NumberRow& row : table) EXPECT_EQ(fuzz::short_number(row.value), row.text);
}

/// What a terminal shows of it.
std::string without_escapes(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') i = text.find('m', i);
    else shown += text[i];
  }
  return shown;
}

RC_GTEST_PROP(Live, TheLineFitsAndColoursChangeNoText, (std::uint64_t judged, bool guided)) {
  const auto columns = *rc::gen::inRange<std::size_t>(1, 200);
  fuzz::Moment now{{}, 12};
  now.totals.scenarios = now.totals.tail_calls = now.totals.at_limit = now.totals.features = judged;
  const std::string plain = fuzz::live_line({}, now, guided, columns, {false});
  RC_ASSERT(plain.size() <= columns);
  RC_ASSERT(without_escapes(fuzz::live_line({}, now, guided, columns, {true})) == plain);
  RC_ASSERT(plain.find('\x1b') == std::string::npos);
}

TEST(Live, ANarrowTerminalShowsWhatMattersMost) {
  fuzz::Moment now{{}, 10};
  now.totals.scenarios = 1000;
  now.totals.broken = 2;
  EXPECT_EQ(fuzz::live_line({}, now, true, 50, {}), "10 s  100 judged/s  1000 judged  findings 2");
  EXPECT_EQ(fuzz::live_line({}, now, false, 200, {}),
            "10 s  100 judged/s  1000 judged  findings 2  0 calls/s  limit 0  empty 0  range 0  fuel 0");
  EXPECT_TRUE(fuzz::live_line({}, now, true, 200, {}).ends_with("  features 0  corpus 0"));
}

}  // namespace

}  // namespace tailbound::test

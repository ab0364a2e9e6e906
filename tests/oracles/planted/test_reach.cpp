// Where a fault counts as reached: by code that differs in what ran.
#include "tests/planted/reach.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "tests/planted/trial.hpp"

namespace tailbound::test {

namespace {

const planted::Fault& fault(std::string_view name) {
  for (const planted::Fault& one : planted::hand_written()) {
    if (one.name == name) return one;
  }
  throw std::out_of_range("no such fault");
}

planted::Trial::Comparison compare(std::string_view name, const char* graph) {
  const auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  planted::Trial trial(fault(name));
  trial.judge(*scenario, false);
  return trial.compare(*scenario);
}

constexpr const char* empty_then_self = R"(
array a0[2] { 1: p0 }
program p0 {
  tail_call a0[0]
  tail_call a0[1]
  return 0
}
run p0
)";
constexpr const char* self = R"(
array a0[1] { 0: p0 }
program p0 {
  tail_call a0[0]
  return 0
}
run p0
)";
constexpr const char* no_tail_call_run = R"(
array a0[1] { 0: p1 }
program p0 { return 0 }
program p1 {
  tail_call a0[0]
  return 0
}
run p0
)";

TEST(FaultReach, AChargedEmptySlotIsTriggeredByOne) {
  const auto seen = compare("empty-slot-charged-direct", empty_then_self);
  EXPECT_TRUE(seen.reached);
  EXPECT_TRUE(seen.triggered);
}

TEST(FaultReach, ACodeDifferenceThatRunsIsReachedAlsoWhereNothingComesOfIt) {
  const auto seen = compare("empty-slot-charged-direct", self);
  EXPECT_TRUE(seen.reached);
  EXPECT_FALSE(seen.triggered);
}

TEST(FaultReach, ASiteThatIsNotAttemptedIsNot) {
  const auto seen = compare("empty-slot-charged-direct", no_tail_call_run);
  EXPECT_FALSE(seen.reached);
  EXPECT_FALSE(seen.triggered);
}

TEST(FaultReach, ALandingCountsOnceATailCallIsAttempted) {
  EXPECT_FALSE(compare("landing-one-instruction-early", no_tail_call_run).reached);
  EXPECT_TRUE(compare("landing-one-instruction-early", self).reached);
}

}  // namespace

}  // namespace tailbound::test

// What a verifier drops that believes in fall-through values, by examples.
#include "oracles/model/dropped_branches.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/profile.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

using model::Branch;

bpf::Scenario parsed(const std::string& text) {
  const auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text() << "\n" << text;
  return scenario.value_or(bpf::Scenario{});
}

struct Row {
  const char*
      condition;  // in a main whose subprogram `zero` returns 0, `five` 5, `any` data, `deep` what zero does
  Branch way;
};

TEST(DroppedBranches, AreThoseWhoseValuesAllGoOneWay) {
  constexpr Row rows[] = {
      {"call zero == 0", Branch::always},     {"call zero != 0", Branch::never},
      {"call zero s< 1", Branch::always},     {"call five == 5", Branch::open},  // 0 when fuel is out
      {"call five == 7", Branch::never},      {"call five < 6", Branch::always},
      {"call any == 5", Branch::open},        {"call deep == 0", Branch::always},
      {"call zero + 3 == 3", Branch::always}, {"call zero * data 9 != 0", Branch::never},
      {"call zero + data 9 == 1", Branch::open},   {"call five & data 0 == 3", Branch::open},
      {"call guarded == 2", Branch::never},   {"3 == 3", Branch::always},
      {"data 3 == 3", Branch::open},
  };
  for (const Row& row : rows) {
    const auto ways =
        model::dropped_branches(parsed(std::string("program p { if ") + row.condition + R"( { return 1 }
      call zero; call five; call any; call deep; call guarded
      subprog zero { return 0 } subprog five { return 5 } subprog any { return data 4 }
      subprog deep { return call zero }
      subprog guarded { if call zero != 0 { return 2 } return 1 } }
      run p)"));
    ASSERT_EQ(ways.size(), 2U);
    EXPECT_EQ(ways[0], row.way) << row.condition;
    EXPECT_EQ(ways[1], Branch::never) << "guarded's own";
  }
}

/// The subprogram's tail call is taken and returns 7; a verifier that knows 0 alone drops the branch.
constexpr const char* taken = R"(
array a[1] { 0: q }
program p { if call f != 0 { return 2 } return 1; subprog f { tail_call a[0]; return 0 } }
program q { return 7 }
run p
)";

TEST(DroppedBranches, ATakenTailCallsValueGoesTheOthersWay) {
  const bpf::Scenario scenario = parsed(taken);
  struct Case {
    const bpf::Profile& profile;
    bool verified;
    std::uint64_t returned;
  };
  for (const Case& each : {Case{bpf::profile_linux_6_12(), true, 1}, Case{bpf::profile_linux_6_1(), true, 1},
                           Case{bpf::profile_linux_6_12(), false, 2}, Case{bpf::profile_linux(), true, 2}}) {
    model::Walker walker({.profile = &each.profile, .verified = each.verified});
    EXPECT_EQ(walker.walk(scenario).runs.at(0).return_value, each.returned)
        << each.profile.name << each.verified;
  }
}

}  // namespace

}  // namespace tailbound::test

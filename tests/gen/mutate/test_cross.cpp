// Crossover: valid, no larger than the larger parent, and with something of both.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gen/mutate/mutate.hpp"
#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "tests/gen/mutate/sizes.hpp"
#include "tests/jit/bpf/scenario_bytes.hpp"

namespace tailbound::test {

namespace {

bpf::Scenario generated(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

bpf::Scenario child_of(std::uint64_t seed, const bpf::Scenario& a, const bpf::Scenario& b) {
  gen::ByteSource source(seed);
  return gen::cross(source, a, b);
}

RC_GTEST_PROP(Cross, TheChildIsValidAndTheCodecKeepsIt, (std::uint64_t seed)) {
  const bpf::Scenario child = child_of(seed, generated(seed ^ 1), generated(seed ^ 2));
  const auto violation = bpf::check_scenario(child);
  RC_LOG() << (violation ? violation->message : "") << "\n" << bpf::print_graph(child);
  RC_ASSERT(!violation);
  const bool same = bpf::decode_scenario(bpf::encode_scenario(child)) == child;
  RC_ASSERT(same);
}

RC_GTEST_PROP(Cross, TheChildIsNoLargerThanTheLargerParent, (std::uint64_t seed)) {
  const bpf::Scenario a = bpf::decode_scenario(*bpf::samples::scenario_bytes());
  const bpf::Scenario b = bpf::decode_scenario(*bpf::samples::scenario_bytes());
  const bpf::Scenario child = child_of(seed, a, b);
  RC_ASSERT(!bpf::check_scenario(child));
  const std::string beyond = Sizes::measured(child).beyond(Sizes::measured(a).larger(Sizes::measured(b)));
  RC_LOG() << beyond;
  RC_ASSERT(beyond.empty());
}

RC_GTEST_PROP(Cross, TheSameSourceGivesTheSameChild, (std::uint64_t seed)) {
  const bpf::Scenario a = generated(seed ^ 1), b = generated(seed ^ 2);
  const bool same = child_of(seed, a, b) == child_of(seed, a, b);
  RC_ASSERT(same);
}

TEST(Cross, MostChildrenAreNeitherParent) {
  constexpr std::uint64_t seeds = 2000;
  std::uint64_t fresh = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const bpf::Scenario a = generated(2 * seed), b = generated(2 * seed + 1);
    const bpf::Scenario child = child_of(seed, a, b);
    fresh += child == a || child == b ? 0 : 1;
  }
  RecordProperty("fresh_in_1000", static_cast<int>(fresh * 1000 / seeds));
  EXPECT_GT(fresh, seeds * 80 / 100);
}

/// A program comes with its subprograms, its calls and the slot that led to it.
TEST(Cross, AProgramComesWhole) {
  const auto a = bpf::parse_graph("array x[2] { 0: p }\nprogram p { tail_call x[1]; return 3 }\nrun p\n");
  const auto b = bpf::parse_graph(R"(
array y[2] { 0: q, 1: r }
program q { call f; call f; return 1; subprog f { keep r7; tail_call y[1]; return 77 } }
program r { return 5 }
run q
)");
  ASSERT_TRUE(a && b);
  std::size_t came = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string child = bpf::print_graph(child_of(seed, *a, *b));
    const bool has_subprogram = child.find("return 77") != std::string::npos;
    if (!has_subprogram) continue;
    EXPECT_NE(child.find("call f\n  call f\n"), std::string::npos) << child;
    came += child.find(": q") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(came, 20U);
}

}  // namespace

}  // namespace tailbound::test

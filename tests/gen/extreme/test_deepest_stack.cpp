// The search for the largest machine stack: what it gives is valid, and nothing the record accepts can be
// larger.
#include "gen/extreme/deepest_stack.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::test {

namespace {

/// The largest sum of machine frames of one call chain of at most `frames` frames whose rounded BPF stacks add
/// up to at most `stack`, by formula: every frame takes all registers and at least one unit of stack.
std::uint64_t largest_chain(const bpf::Limits& limits, std::uint64_t overhead, std::uint32_t frames,
                            std::uint32_t stack) {
  std::uint64_t most = 0;
  const std::uint32_t fits = stack / limits.frame_rounding * limits.frame_rounding;
  for (std::uint32_t n = 1; n <= frames && n * limits.frame_rounding <= stack; ++n) {
    most = std::max<std::uint64_t>(most, n * overhead + fits);
  }
  return most;
}

class Deepest : public testing::TestWithParam<std::tuple<std::string_view, std::string_view>> {
 protected:
  const bpf::Limits& limits() const { return *bpf::find_limits(std::get<0>(GetParam())); }
  const x86_64::Scheme& scheme() const { return *x86_64::find_scheme(std::get<1>(GetParam())); }
  gen::DeepestStack found() const {
    return gen::deepest_stack(limits(), {.frame = scheme().frame_bytes}, bpf::max_tail_call_cnt);
  }
};
INSTANTIATE_TEST_SUITE_P(Gen, Deepest,
                         testing::Combine(testing::Values("linux-6.1", "linux-6.12"),
                                          testing::Values("pointer", "by-value")));

TEST_P(Deepest, IsValidAndSurvivesItsText) {
  const gen::DeepestStack deepest = found();
  const auto violation = bpf::check_scenario(deepest.scenario);
  EXPECT_FALSE(violation.has_value()) << violation->message;
  EXPECT_EQ(deepest.scenario.limits, limits().name);
  const auto again = bpf::parse_graph(bpf::print_graph(deepest.scenario));
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_TRUE(*again == deepest.scenario);
}

TEST_P(Deepest, NothingCanBeDeeper) {
  const std::uint64_t overhead = scheme().frame_bytes(
      {.is_main = true, .reaches_tail_call = true, .stack_depth = 0, .saved_registers = 15});
  // A tail-calling subprogram is itself one of the frames, and its callers' stack is below the limit.
  const std::uint64_t kept =
      largest_chain(limits(), overhead, limits().frames - 1, limits().stack_before_tail_call - 1);
  const std::uint64_t last = largest_chain(limits(), overhead, limits().frames, limits().stack);
  const std::uint64_t helper = 8;
  EXPECT_EQ(found().bound.bytes, bpf::max_tail_call_cnt * kept + last + helper);
}

TEST_P(Deepest, TheChainAddsUp) {
  const gen::DeepestStack deepest = found();
  std::uint64_t sum = 0;
  for (const jit::StackStep& step : deepest.bound.chain) sum += step.bytes;
  EXPECT_EQ(sum + 8, deepest.bound.bytes);
}

/// The figures by hand: 33 x (7 frames of 64 bytes and 240 of stack) + 8 frames of 64 and 512 of stack + 8.
TEST(DeepestStack, OfKernel612UnderPointer) {
  const gen::DeepestStack deepest = gen::deepest_stack(
      *bpf::find_limits("linux-6.12"), {.frame = x86_64::find_scheme("pointer")->frame_bytes}, 33);
  EXPECT_EQ(deepest.bound.bytes, 23'736U);
}

}  // namespace

}  // namespace tailbound::test

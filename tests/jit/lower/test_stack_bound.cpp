// The machine-stack bound by arithmetic, and against the frames that the model's walk has alive.
#include "jit/lower/stack_bound.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

const x86_64::Scheme& pointer() { return *x86_64::find_scheme("pointer"); }

jit::StackBound bound_of(const bpf::Scenario& scenario) {
  return jit::machine_stack_bound(bpf::lower(scenario), {.frame = pointer().frame_bytes}, 33);
}

jit::StackBound bound_of(const char* text) {
  const auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return bound_of(*scenario);
}

TEST(StackBound, OneFrame) {
  // return address, rbp, 16 bytes of stack
  EXPECT_EQ(bound_of("program p { stack 12; return 0 }\nrun p\n").bytes, 32U);
}

TEST(StackBound, AHelperAddsItsReturnAddress) {
  EXPECT_EQ(bound_of("program p { helper random; return 0 }\nrun p\n").bytes, 24U);
}

TEST(StackBound, ATailCallTakesThePlaceOfItsCaller) {
  // The self-calling main never has more than one frame: return address, rbp, two count slots, r6.
  EXPECT_EQ(bound_of("array a[1] { 0: p }\nprogram p { tail_call a[0]; return 0 }\nrun p\n").bytes, 40U);
}

TEST(StackBound, AHierarchyKeepsOneFrameForEachOfThirtyThreeTailCalls) {
  // 34 mains of 40 bytes; below the last its subprogram, whose frame the others gave up.
  const jit::StackBound bound = bound_of(
      "array a[1] { 0: p }\nprogram p { call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun p\n");
  EXPECT_EQ(bound.bytes, 34U * 40 + 40);
  EXPECT_EQ(bound.chain.size(), 35U);
  EXPECT_EQ(bound.chain.back().taken, 33U);
}

TEST(StackBound, SlotsThatAreFilledLaterCount) {
  EXPECT_EQ(bound_of("array a[1]\nprogram p { call f; return 0; subprog f { tail_call a[0]; return 0 } }\n"
                     "run p\nset a[0] = p\nrun p\n")
                .bytes,
            34U * 40 + 40);
}

/// No entry of a walk has more bytes of frames alive than the bound says.
RC_GTEST_PROP(StackBound, CoversEveryMomentOfAWalk, ()) {
  gen::ByteSource source(*rc::gen::arbitrary<std::uint64_t>());
  const bpf::Scenario scenario = gen::generate(source, {});
  const bpf::Lowered lowered = bpf::lower(scenario);
  const bpf::Numbering numbering = bpf::number(scenario);
  std::vector<std::uint64_t> frame_bytes;
  std::vector<jit::Frame> frames;
  for (const bpf::Bytecode& program : lowered.programs) {
    jit::find_frames(program, frames);
    for (const jit::Frame& frame : frames) frame_bytes.push_back(pointer().frame_bytes(frame));
  }
  const jit::StackBound bound = bound_of(scenario);
  std::uint64_t chain = 0;
  for (const jit::StackStep& step : bound.chain) chain += step.bytes;
  RC_ASSERT(chain <= bound.bytes);
  RC_ASSERT(bound.bytes <= chain + 8);

  model::Walker walker({.keep_trace = 4096});
  const Observation seen = walker.walk(scenario);
  for (std::size_t run = 0; run < seen.runs.size(); ++run) {
    const std::size_t entries = walker.traces()[run].size();
    if (entries == 0) continue;
    const std::uint64_t at = *rc::gen::inRange<std::uint64_t>(0, entries);
    std::uint64_t live = 0;
    model::Walker again({});
    for (const model::Frame& frame : again.frames_at(scenario, run, at)) live += frame_bytes[frame.function_id];
    RC_ASSERT(live <= bound.bytes);
  }
}

}  // namespace

}  // namespace tailbound::test

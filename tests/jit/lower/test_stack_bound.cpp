// The machine-stack bound by arithmetic, and against the frames that the model's walk has alive.
#include "jit/lower/stack_bound.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "gen/generate.hpp"
#include "jit/bpf/codec.hpp"
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

/// The bound as it is defined: a frame and the deepest below it, or the frame that a tail call puts in its place.
class Recursion {
 public:
  explicit Recursion(const bpf::Lowered& lowered) : lowered_(lowered), finders_(lowered.programs.size()) {
    for (std::size_t p = 0; p < finders_.size(); ++p) finders_[p].find(lowered.programs[p]);
  }

  std::uint64_t from(bpf::FunctionRef at, std::uint32_t left) {
    const auto known = known_.find({at, left});
    if (known != known_.end()) return known->second;
    const jit::FrameFinder& finder = finders_[at.program];
    std::uint64_t below = finder.calls_helper(at.function) ? 8 : 0;
    for (const std::uint16_t callee : finder.callees(at.function)) {
      below = std::max(below, from({at.program, callee}, left));
    }
    std::uint64_t most = pointer().frame_bytes(finder.frames()[at.function]) + below;
    for (const bpf::LoweredSite& site : lowered_.programs[at.program].sites) {
      if (left == 0 || site.function != at.function) continue;
      for (std::uint16_t target = 0; target < finders_.size(); ++target) {
        if (may_hold(site, target)) most = std::max(most, from({target, 0}, left - 1));
      }
    }
    return known_[{at, left}] = most;
  }

 private:
  bool may_hold(const bpf::LoweredSite& site, std::uint16_t program) const {
    const auto is = [&](std::uint32_t index) { return !site.direct_index || *site.direct_index == index; };
    for (const bpf::Slot& slot : lowered_.maps[site.map].slots) {
      if (slot.program == program && is(slot.index)) return true;
    }
    for (const bpf::Event& event : lowered_.events) {
      const auto* const during = std::get_if<bpf::AtEntry>(&event);
      const auto* const change = during != nullptr ? &during->change : std::get_if<bpf::SetSlot>(&event);
      if (change == nullptr || lowered_.map_of_array(change->array) != site.map) continue;
      if (change->program == program && is(change->index)) return true;
    }
    return false;
  }

  const bpf::Lowered& lowered_;
  std::vector<jit::FrameFinder> finders_;
  std::map<std::pair<bpf::FunctionRef, std::uint32_t>, std::uint64_t> known_;
};

RC_GTEST_PROP(StackBound, IsWhatTheRecursionSays, ()) {
  const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  gen::ByteSource source(*rc::gen::arbitrary<std::uint64_t>());
  const bool generated = *rc::gen::arbitrary<bool>();
  const bpf::Lowered lowered = bpf::lower(generated ? gen::generate(source, {}) : bpf::decode_scenario(bytes));
  const auto limit = *rc::gen::inRange<std::uint32_t>(0, 34);
  Recursion recursion(lowered);
  std::uint64_t most = 0;
  for (const bpf::Event& event : lowered.events) {
    if (const auto* run = std::get_if<bpf::Run>(&event)) {
      most = std::max(most, recursion.from({run->program, 0}, limit));
    }
  }
  RC_ASSERT(jit::machine_stack_bound(lowered, {.frame = pointer().frame_bytes}, limit).bytes == most);
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

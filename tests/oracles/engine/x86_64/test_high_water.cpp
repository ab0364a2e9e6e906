// The high-water mark of native runs: exact, never above the bound, and at the bound for some program of each
// kind.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gen/extreme/deepest_stack.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/lower/stack_bound.hpp"
#include "oracles/check/checks.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/engine/native/guarded_stack.hpp"
#include "oracles/judge/judge.hpp"
#include "tests/oracles/engine/hand_made.hpp"

namespace tailbound::test {

namespace {

using engine::native::GuardedStack;

constexpr std::array schemes = {"pointer", "by-value"};

engine::Engine& native(std::string_view scheme) {
  static auto pointer = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  static auto by_value = engine::make_x86_64({.scheme = x86_64::find_scheme("by-value"), .options = {}});
  return scheme == "pointer" ? *pointer : *by_value;
}

// --- the stack itself ---

std::uint64_t* word(const GuardedStack& stack, std::uint64_t below_top) {
  return reinterpret_cast<std::uint64_t*>(stack.top() - 8 * below_top);
}

/// Words written with gaps smaller than the longest; the deepest of them is the mark, and the next run starts
/// anew.
RC_GTEST_PROP(GuardedStack, TheMarkIsTheDeepestWordWritten, ()) {
  static auto stack = GuardedStack::create(std::size_t{64} << 10);
  RC_ASSERT(stack.has_value());
  const auto gap = *rc::gen::inRange<std::uint64_t>(1, 100);  // words
  const auto steps =
      *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, gap + 1));
  std::uint64_t deepest = 0;
  for (const std::uint64_t step : steps) {
    if (deepest + step > 7000) break;
    deepest += step;
    *word(*stack, deepest) = *rc::gen::arbitrary<std::uint64_t>();
  }
  RC_ASSERT(stack->take_high_water(8 * gap) == 8 * deepest);
  RC_ASSERT(stack->take_high_water() == 0U);
}

TEST(GuardedStack, OneByteOfAWordCounts) {
  auto stack = GuardedStack::create(std::size_t{64} << 10);
  ASSERT_TRUE(stack.has_value());
  for (unsigned byte = 0; byte < 8; ++byte) {
    reinterpret_cast<std::uint8_t*>(word(*stack, 5))[byte] = 0xfa;
    EXPECT_EQ(stack->take_high_water(520), 40U) << "byte " << byte;
  }
}

TEST(GuardedStack, TheWholeSearchFindsWhatLiesBehindAGap) {
  auto stack = GuardedStack::create(std::size_t{64} << 10);
  ASSERT_TRUE(stack.has_value());
  *word(*stack, 8000) = 0;
  EXPECT_EQ(stack->take_high_water(520), 0U);
  EXPECT_EQ(stack->take_high_water(), 64000U);
}

// --- runs ---

RC_GTEST_PROP(HighWater, IsNeverAboveTheBound, (std::uint64_t seed)) {
  gen::ByteSource source(seed);
  const bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
  for (const char* scheme : schemes) {
    const Observation& seen = native(scheme).run_one(lowered);
    if (!seen.unavailable.empty()) RC_DISCARD("unavailable");
    const auto bound = native(scheme).stack_bound();
    RC_ASSERT(bound.has_value());
    const x86_64::Scheme& found = *x86_64::find_scheme(scheme);
    const jit::StackCosts costs = {.frame = found.frame_bytes, .entry = found.entry_bytes};
    RC_ASSERT(*bound == jit::machine_stack_bound(lowered, costs, bpf::max_tail_call_cnt).bytes);
    for (const RunObservation& run : seen.runs) {
      RC_ASSERT(run.stack_used > 0U);
      RC_ASSERT(run.stack_used <= *bound);
    }
  }
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun p\n";

/// Programs whose deepest path is taken.
struct TightRow {
  const char* name;
  const char* text;
};
constexpr TightRow tight_rows[] = {
    {"MainOnly", "program p { return 0 }\nrun p\n"},
    {"MainWithStack", "program p { stack 40; return 0 }\nrun p\n"},
    {"OddStack", "program p { stack 13; return 0 }\nrun p\n"},
    {"OneByteOfStack", "program p { stack 1; return 0 }\nrun p\n"},
    {"AllOfTheStack", "program p { stack 512; return 0 }\nrun p\n"},
    {"SavedRegisters", "program p { stack 8; keep r6 r7 r8 r9; return 0 }\nrun p\n"},
    {"HelperAtTheBottom", "program p { stack 24; keep r8; helper random; return 0 }\nrun p\n"},
    {"LookupsKey", "map m[1] {}\nprogram p { stack 17; helper lookup m[0]; return 0 }\nrun p\n"},
    {"SubprogramChain",
     "program p { stack 3; call f; return 0; subprog f { stack 100; keep r7; call g; return 0 } "
     "subprog g { stack 9; call h; return 0 } subprog h { keep r9; return 0 } }\nrun p\n"},
    {"TailCallInMain", "array a[1] { 0: p }\nprogram p { stack 20; tail_call a[0]; return 0 }\nrun p\n"},
    {"TheTargetsFrameIsLarger",
     "array a[1] { 0: q }\nprogram p { tail_call a[0]; return 0 }\nprogram q { stack 200; return 0 }\nrun p\n"},
    {"HierarchyOf33", hierarchy},
    {"HierarchyWithEverything",
     "array a[1] { 0: p }\nprogram p { stack 33; keep r6 r7 r8 r9; call f; return 0; "
     "subprog f { stack 7; keep r7 r9; call g; return 0 } "
     "subprog g { stack 65; keep r6 r7 r8 r9; tail_call a[data 0]; helper time; return 0 } }\nrun p\n"},
    {"TwoProgramsInTurn",
     "array a[2] { 0: p, 1: q }\nprogram p { call f; return 0; subprog f { tail_call a[1]; return 0 } }\n"
     "program q { stack 64; call f; return 0; subprog f { keep r8; tail_call a[0]; return 0 } }\nrun p\n"},
    {"TheSecondRunIsDeeper",
     "array a[1]\nprogram p { call f; return 0; subprog f { tail_call a[0]; return 0 } }\n"
     "run p\nset a[0] = p\nrun p\n"},
};

class Tight : public testing::TestWithParam<std::tuple<TightRow, const char*>> {};

TEST_P(Tight, TheBoundIsReached) {
  const auto& [row, scheme] = GetParam();
  const auto scenario = bpf::parse_graph(row.text);
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
  const bpf::Lowered lowered = bpf::lower(*scenario);
  const Observation& seen = native(scheme).run_one(lowered);
  ASSERT_EQ(seen.unavailable, "");
  const auto bound = native(scheme).stack_bound();
  ASSERT_TRUE(bound.has_value());
  EXPECT_EQ(seen.runs.back().stack_used, *bound);
}

INSTANTIATE_TEST_SUITE_P(HighWater, Tight,
                         testing::Combine(testing::ValuesIn(tight_rows), testing::ValuesIn(schemes)),
                         [](const auto& info) {
                           const std::string_view scheme = std::get<1>(info.param);
                           return std::string(std::get<0>(info.param).name) +
                                  (scheme == "pointer" ? "Pointer" : "ByValue");
                         });

/// By arithmetic of its own: return address, rbp, 24 bytes of stack, r8, the helper's return address.
TEST(HighWater, CountsFromTheEntrysReturnAddress) {
  const auto scenario = bpf::parse_graph("program p { stack 24; keep r8; helper random; return 0 }\nrun p\n");
  ASSERT_TRUE(scenario.has_value());
  EXPECT_EQ(native("pointer").run_one(bpf::lower(*scenario)).runs[0].stack_used, 8U + 8 + 24 + 8 + 8);
}

TEST(HighWater, TheDeepestScenariosReachTheirBound) {
  for (const bpf::Limits& limits : bpf::all_limits()) {
    for (const char* scheme : schemes) {
      const gen::DeepestStack deepest = gen::deepest_stack(
          limits, {.frame = x86_64::find_scheme(scheme)->frame_bytes}, bpf::max_tail_call_cnt);
      const Observation& seen = native(scheme).run_one(bpf::lower(deepest.scenario));
      ASSERT_EQ(seen.unavailable, "");
      EXPECT_EQ(seen.runs[0].stack_used, deepest.bound.bytes) << limits.name << " " << scheme;
      EXPECT_EQ(check::expectations(deepest.scenario, seen).detail, "");
    }
  }
}

TEST(HighWater, AnOverflowIsTheWholeStackAndLeavesNoTrace) {
  const auto endless =
      hand_made::lowered({{bpf::build::mov(bpf::Reg::r0, 0), bpf::build::call_local(-2), bpf::build::exit()}});
  const RunObservation overflow = native("pointer").run_one(endless).runs.at(0);
  EXPECT_EQ(overflow.status, RunStatus::fault);
  EXPECT_GT(overflow.stack_used, std::uint64_t{255} << 10);
  const auto small = hand_made::lowered({{bpf::build::mov(bpf::Reg::r0, 0), bpf::build::exit()}});
  EXPECT_EQ(native("pointer").run_one(small).runs.at(0).stack_used, 16U);
}

// --- the check ---

Verdict judged(const x86_64::Scheme& scheme, const char* text) {
  const auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value());
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_x86_64({.scheme = &scheme, .options = {}}));
  return Judge(std::move(engines)).judge(*scenario).verdict;
}

constexpr const char* with_helper = "program p { stack 8; helper random; return 0 }\nrun p\n";

TEST(MachineStack, AStepThatTakesMoreThanTheFrameFormulaIsFound) {
  x86_64::Scheme faulty = *x86_64::find_scheme("pointer");
  ASSERT_FALSE(judged(faulty, with_helper).broken());
  faulty.prologue.push_back(
      {"more stack", [](x86_64::Emitter& e) { e.a.alu_imm32(x86_64::Group1::sub, x86_64::rsp, 64); }});
  const Verdict verdict = judged(faulty, with_helper);
  EXPECT_EQ(verdict.property, Property::stack);
  EXPECT_EQ(verdict.detail, "96 bytes of machine stack were used; the frames add up to at most 32");
}

TEST(MachineStack, AFormulaThatForgetsASlotIsFound) {
  x86_64::Scheme faulty = *x86_64::find_scheme("pointer");
  faulty.frame_bytes = x86_64::find_scheme("by-value")->frame_bytes;
  EXPECT_EQ(judged(faulty, hierarchy).property, Property::stack);
}

TEST(MachineStack, ASchemeWithoutABoundIsNotJudgedByIt) {
  x86_64::Scheme other = *x86_64::find_scheme("pointer");
  other.frame_bytes = x86_64::find_scheme("by-value")->frame_bytes;
  other.identity.nests_within_limit = false;
  EXPECT_FALSE(judged(other, hierarchy).broken());
}

TEST(MachineStack, TheRunIsNamed) {
  Observation seen;
  seen.runs.resize(3);
  seen.runs[0].stack_used = 100;
  seen.runs[2].stack_used = 101;
  EXPECT_FALSE(check::machine_stack(seen, 101).broken());
  EXPECT_EQ(check::machine_stack(seen, 100).run, 2U);
}

}  // namespace

}  // namespace tailbound::test

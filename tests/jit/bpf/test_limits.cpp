// What the limits records say, what a function costs against them, and what a name may be.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/lowered.hpp"
#include "jit/bpf/names.hpp"
#include "jit/bpf/verifier_cost.hpp"
#include "tests/jit/bpf/scenario_bytes.hpp"
#include "tests/jit/bpf/scenario_samples.hpp"

namespace tailbound::bpf {
namespace {

using namespace samples;

// --- properties ---

RC_GTEST_PROP(Limits, AFrameIsRoundedUpAndNeverNothing, (std::uint32_t bytes)) {
  const std::uint32_t stack = bytes % 513;
  for (const Limits& limits : all_limits()) {
    const std::uint32_t frame = rounded_frame(limits, stack);
    RC_ASSERT(frame % limits.frame_rounding == 0U);
    RC_ASSERT(frame >= std::max(stack, 1U));
    RC_ASSERT(frame < stack + limits.frame_rounding + (stack == 0 ? 1 : 0));
  }
}

RC_GTEST_PROP(Limits, ALookupsKeyIsAlignedBelowTheFunctionsOwnStack, (std::uint16_t bytes)) {
  Function f = function("f", {give_back(0)}, bytes % 513);
  RC_ASSERT(touched_stack(f) == f.stack);
  f.body.insert(f.body.begin(), branch({{HelperCall{Helper::lookup, {}}}}));
  RC_ASSERT(touched_stack(f) % 4 == 0U);
  RC_ASSERT(touched_stack(f) >= f.stack + 4U);
  RC_ASSERT(touched_stack(f) < f.stack + 8U);
}

/// The size of the lowered function, and what verifier_cost takes it for.
RC_GTEST_PROP(Limits, NoFunctionLowersToMoreThanItsPrice, ()) {
  const Scenario scenario = decode_scenario(*scenario_bytes());
  const Lowered lowered = lower(scenario);
  for (std::size_t p = 0; p < scenario.programs.size(); ++p) {
    for (std::size_t f = 0; f < scenario.programs[p].functions.size(); ++f) {
      const LoweredFunction& function = lowered.programs[p].functions[f];
      RC_ASSERT(function.end_insn - function.first_insn <= function_cost(scenario.programs[p].functions[f]));
    }
  }
}

// --- records ---

struct FrameRow {
  std::string_view limits;
  std::uint32_t stack, frame;
};

TEST(Limits, FramesAreRoundedAsTheKernelDoes) {
  const FrameRow rows[] = {
      {"linux-6.1", 0, 32},   {"linux-6.1", 1, 32},    {"linux-6.1", 32, 32},
      {"linux-6.1", 33, 64},  {"linux-6.1", 512, 512}, {"linux-6.12", 0, 16},
      {"linux-6.12", 16, 16}, {"linux-6.12", 17, 32},  {"linux-6.12", 40, 48},
  };
  for (const FrameRow& row : rows) {
    EXPECT_EQ(rounded_frame(*find_limits(row.limits), row.stack), row.frame) << row.limits << " " << row.stack;
  }
}

TEST(Limits, TheDefaultIsTheFirstAndStrictest) {
  EXPECT_EQ(default_limits().name, "linux-6.1");
  EXPECT_EQ(find_limits("linux-6.1"), &all_limits().front());
  EXPECT_EQ(find_limits("linux-2.4"), nullptr);
  for (const Limits& limits : all_limits()) EXPECT_LE(limits.frame_rounding, default_limits().frame_rounding);
}

TEST(Limits, EveryFixedPriceCoversWhatIsLowered) {
  const Scenario s = every_kind();
  const Lowered lowered = lower(s);
  for (std::size_t f = 0; f < 3; ++f) {
    const LoweredFunction& function = lowered.programs[0].functions[f];
    EXPECT_LE(function.end_insn - function.first_insn, function_cost(s.programs[0].functions[f])) << f;
  }
}

// --- names ---

TEST(Names, AreIdentifiersThatAreNoKeywords) {
  for (const std::string good : {"entry", "tail", "_", "A9", "f1", "p0", "Return", "tail_call2"}) {
    EXPECT_TRUE(is_name(good)) << good;
  }
  for (const std::string bad :
       {"", "1a", "a-b", "a b", "a.b", "\xc3\xa9", "return", "tail_call", "no", "fexit", "of"}) {
    EXPECT_FALSE(is_name(bad)) << bad;
  }
  EXPECT_TRUE(is_name(std::string(cap::name_length, 'x')));
  EXPECT_FALSE(is_name(std::string(cap::name_length + 1, 'x')));
}

}  // namespace
}  // namespace tailbound::bpf

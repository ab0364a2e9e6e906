// The judge reads the machine code back when it is asked to.
#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "jit/x86_64/steps.hpp"
#include "oracles/engine/image_source.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

bpf::Scenario scenario() {
  return *bpf::parse_graph(
      "array a[1] { 0: q }\nprogram p { call f; return 1; subprog f { tail_call a[0]; return 0 } }\n"
      "program q { return 2 }\nrun p\n");
}

Judge judge_of(const x86_64::Scheme& scheme) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(*scheme.identity.profile));
  engines.push_back(engine::make_x86_64({.scheme = &scheme, .options = {}}));
  return Judge(std::move(engines));
}

TEST(ImageSource, ShowsTheImagesOfTheLastScenario) {
  const auto engine = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  const auto* const source = dynamic_cast<const engine::ImageSource*>(engine.get());
  ASSERT_NE(source, nullptr);
  EXPECT_TRUE(source->images().empty()) << "nothing ran yet";
  const bpf::Lowered lowered = bpf::lower(scenario());
  engine->run_one(lowered);
  ASSERT_EQ(source->images().size(), 2U);
  EXPECT_EQ(source->images()[0].functions.size(), 2U);
  EXPECT_EQ(source->images()[0].code, source->compile_afresh(lowered.programs[0]).code);
}

TEST(JudgeImages, AreReadOnlyWhenAskedFor) {
  Judge judge = judge_of(*x86_64::find_scheme("pointer"));
  EXPECT_FALSE(judge.judge(scenario()).verdict.broken());
  EXPECT_EQ(judge.images_checked(), 0U);
  judge.sampled(true);
  EXPECT_FALSE(judge.judge(scenario()).verdict.broken());
  EXPECT_EQ(judge.images_checked(), 2U) << "one a program; the interpreter has none";
}

/// A landing inside an instruction goes unseen by a run that lands nowhere.
TEST(JudgeImages, AWrongLandingIsFoundWithoutBeingUsed) {
  x86_64::Scheme faulty = *x86_64::find_scheme("pointer");
  faulty.landing = [](const jit::Options&) { return 10U; };
  Judge judge = judge_of(faulty);
  const bpf::Scenario quiet = *bpf::parse_graph("program p { return 1 }\nrun p\n");
  EXPECT_FALSE(judge.judge(quiet).verdict.broken());
  judge.sampled(true);
  const Judgement judgement = judge.judge(quiet);
  EXPECT_EQ(judgement.verdict.property, Property::encoding);
  EXPECT_EQ(judgement.verdict.kind, "landing");
  EXPECT_EQ(judgement.engine, 1U);
}

/// Code that depends on how often the compiler ran.
TEST(JudgeImages, TwoCompilationsThatDifferAreFound) {
  x86_64::Scheme faulty = *x86_64::find_scheme("pointer");
  faulty.prologue.push_back({"count compilations", [](x86_64::Emitter& e) {
                               static unsigned count = 0;
                               if (++count % 2 == 0) e.a.nop3();
                             }});
  Judge judge = judge_of(faulty);
  judge.sampled(true);
  const Judgement judgement = judge.judge(*bpf::parse_graph("program p { return 1 }\nrun p\n"));
  EXPECT_EQ(judgement.verdict.property, Property::determinism);
  EXPECT_EQ(judgement.verdict.kind, "code");
}

}  // namespace

}  // namespace tailbound::test

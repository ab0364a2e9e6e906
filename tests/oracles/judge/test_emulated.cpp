// Engines under an emulator are spared where a native engine can be judged without them.
#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/unavailable.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

/// An interpreter that calls itself an emulated engine.
class Dear final : public engine::Engine {
 public:
  const engine::Identity& identity() const override { return identity_; }
  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override { return inside_->run(batch); }

 private:
  engine::Identity identity_{
      .name = "dear", .scheme = {}, .options = {}, .profile = &bpf::profile_linux(), .emulated = true};
  std::unique_ptr<engine::Engine> inside_ = engine::make_interpreter(bpf::profile_linux());
};

constexpr std::size_t dear = 1;

/// Whether the emulated engine, beside `other`, ran a scenario that it was not asked about.
bool ran_unasked(std::unique_ptr<engine::Engine> other) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(std::move(other));
  engines.push_back(std::make_unique<Dear>());
  Judge judge(std::move(engines));
  judge.ask_emulated(false);
  const bpf::Scenario scenario = *bpf::parse_graph("program p { return 1 }\nrun p\n");
  EXPECT_TRUE(judge.judge(scenario).judged);
  const bool ran = judge.asked(dear);
  judge.ask_emulated(true);
  judge.judge(scenario);
  EXPECT_TRUE(judge.asked(dear));
  return ran;
}

std::unique_ptr<engine::Engine> native() {
  return engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
}

TEST(EmulatedEngine, IsSparedBesideANativeOne) {
  if (const auto why = native()->unavailable()) GTEST_SKIP() << *why;
  EXPECT_FALSE(ran_unasked(native()));
}

TEST(EmulatedEngine, RunsWhereTheNativeOneCannot) {
  EXPECT_TRUE(ran_unasked(engine::make_unavailable(
      {.name = "x86_64", .scheme = {}, .options = {}, .profile = &bpf::profile_linux()}, "for this test")));
}

TEST(EmulatedEngine, RunsBesideTheInterpreter) {
  EXPECT_TRUE(ran_unasked(engine::make_interpreter(bpf::profile_linux())));
}

}  // namespace

}  // namespace tailbound::test

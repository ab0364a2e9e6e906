// Many scenarios for one process: the same verdicts as one by one, in batches where an engine likes them.
#include "fuzz/campaign/jury.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <csignal>
#include <new>

#include "fuzz/campaign/engines.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace {

/// What an engine in the jury's process did, seen from here.
struct Seen {
  std::size_t runs = 0;
  std::size_t largest = 0;
};

class Batching final : public engine::Engine {
 public:
  Batching(std::unique_ptr<Engine> sound, Seen& seen) : sound_(std::move(sound)), seen_(seen) {}
  const engine::Identity& identity() const override { return sound_->identity(); }
  std::size_t batch() const override { return 8; }
  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
    ++seen_.runs;
    seen_.largest = std::max(seen_.largest, batch.size());
    const auto observed = sound_->run(batch);
    for (const Observation& each : observed) {
      if (each.runs[0].return_value == 2) std::raise(SIGKILL);
    }
    return observed;
  }

 private:
  std::unique_ptr<Engine> sound_;
  Seen& seen_;
};

class JuryOfMany : public testing::Test {
 protected:
  JuryOfMany()
      : seen_(*new (::mmap(nullptr, sizeof(Seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                  Seen) {}
  ~JuryOfMany() override { ::munmap(&seen_, sizeof(Seen)); }

  std::expected<Judge, std::string> make() {
    std::vector<std::unique_ptr<engine::Engine>> engines;
    engines.push_back(std::make_unique<Batching>(engine::make_interpreter(bpf::profile_linux()), seen_));
    return Judge(std::move(engines));
  }

  Seen& seen_;
  fuzz::Jury jury_{[this] { return make(); }};
};

TEST_F(JuryOfMany, GivesTheVerdictsOfEachAlone) {
  std::vector<bpf::Scenario> scenarios;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    gen::ByteSource source(seed);
    scenarios.push_back(gen::generate(source, {}));
    if (auto* run = std::get_if<bpf::Run>(&scenarios.back().events.back()))
      run->expectations.push_back(
          {.kind = bpf::Expect::Kind::return_value, .function = {}, .cell = {}, .value = 12345});
  }
  fuzz::Jury expecting([this] { return make(); }, {.fresh = false, .expectations = true});
  const std::vector<Verdict> together = expecting.judge_all(scenarios);
  ASSERT_EQ(together.size(), scenarios.size());
  std::size_t broken = 0;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const Verdict alone = expecting.judge(scenarios[i]);
    EXPECT_EQ(together[i].outcome, alone.outcome);
    EXPECT_EQ(together[i].detail, alone.detail);
    broken += alone.broken() ? 1 : 0;
  }
  EXPECT_GT(broken, 0U) << "some expect what is not so";
}

TEST_F(JuryOfMany, LetsAnEngineRunThemInBatches) {
  const std::vector<bpf::Scenario> three(3, *bpf::parse_graph("program p { return 1 }\nrun p\n"));
  EXPECT_EQ(jury_.judge_all(three).size(), 3U);
  EXPECT_EQ(seen_.largest, 3U);
  EXPECT_EQ(seen_.runs, 1U);
}

TEST_F(JuryOfMany, ADeathIsTheVerdictOfItsScenarioAlone) {
  std::vector<bpf::Scenario> three(3, *bpf::parse_graph("program p { return 1 }\nrun p\n"));
  three[1] = *bpf::parse_graph("program p { return 2 }\nrun p\n");
  const std::vector<Verdict> verdicts = jury_.judge_all(three);
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0].outcome, Outcome::agree);
  EXPECT_EQ(verdicts[1].kind, "process died");
  EXPECT_EQ(verdicts[2].outcome, Outcome::agree);
}

}  // namespace

}  // namespace tailbound::test

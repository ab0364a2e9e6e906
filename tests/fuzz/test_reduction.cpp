// Reduction with the engines of the command: it ends where no step of any pass leads on, and never at another
// bug.
#include "fuzz/campaign/reduction.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "gen/generate.hpp"
#include "gen/reduce/pass.hpp"
#include "gen/reduce/size.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/symptom.hpp"
#include "reports/files.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

fuzz::EngineChoice choice_of(std::string_view scheme) {
  return {.engines = {"interpreter", "x86_64"}, .scheme = std::string(scheme)};
}

bool is_wild(const fuzz::EngineChoice& choice) { return x86_64::find_scheme(choice.scheme)->identity.wild; }

/// Each scenario in a process of its own where the scheme is wild, as a replay would have it.
class Bench {
 public:
  explicit Bench(std::string_view scheme) : choice_(choice_of(scheme)) {}

  Verdict judge(const bpf::Scenario& scenario) { return jury_.judge(scenario); }

  bpf::Scenario first_broken(std::uint64_t seed) {
    for (std::uint64_t n = 0; n < 1000; ++n) {
      gen::ByteSource source(gen::scenario_seed(seed, n));
      bpf::Scenario drawn = gen::generate(source, {});
      if (judge(drawn).broken()) return drawn;
    }
    ADD_FAILURE() << choice_.scheme << ": nothing broke in 1000 scenarios of seed " << seed;
    return {};
  }

  fuzz::Reduction reduce(const bpf::Scenario& scenario) const {
    return fuzz::reduce_finding(fuzz::engines_of(choice_), scenario, {.fresh = is_wild(choice_)});
  }

 private:
  std::expected<Judge, std::string> make() const {
    auto engines = fuzz::engines_of(choice_)(std::chrono::milliseconds(250));
    if (!engines) return std::unexpected(engines.error());
    return Judge(std::move(*engines));
  }
  fuzz::EngineChoice choice_;
  fuzz::Jury jury_{[this] { return make(); }, {.fresh = is_wild(choice_)}};
};

/// The steps that lead to a smaller scenario which still breaks in this way; empty for a 1-minimal one.
std::string steps_that_keep(Bench& bench, const bpf::Scenario& scenario, const Verdict& verdict) {
  std::string found;
  for (const gen::Pass& pass : gen::passes()) {
    bool end = false;
    for (std::size_t n = 0; !end; ++n) {
      const auto smaller = gen::take_step(pass, scenario, n, end);
      if (!smaller || !gen::is_smaller(*smaller, scenario)) continue;
      if (still_shows(bench.judge(*smaller), verdict)) {
        found += std::string(pass.name) + " leads to\n" + bpf::print_graph(*smaller);
      }
    }
  }
  return found;
}

class Schemes : public testing::TestWithParam<const char*> {};

TEST_P(Schemes, FindingsAreReducedToTheEnd) {
  Bench bench(GetParam());
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const bpf::Scenario found = bench.first_broken(seed);
    const Verdict verdict = bench.judge(found);
    const fuzz::Reduction reduced = bench.reduce(found);
    SCOPED_TRACE(bpf::print_graph(reduced.scenario));
    EXPECT_TRUE(reduced.stats.minimal);
    EXPECT_TRUE(still_shows(reduced.verdict, verdict)) << reduced.verdict.detail;
    EXPECT_FALSE(bpf::check_scenario(reduced.scenario));
    EXPECT_EQ(steps_that_keep(bench, reduced.scenario, reduced.verdict), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Reduction, Schemes,
                         testing::Values("by-value", "by-value-5.17", "by-value-5.15", "by-value-5.10",
                                         "value-and-pointer-kept", "value-and-pointer-remade", "hidden-slot",
                                         "back-propagate-checked", "per-task-kept"),
                         [](const auto& row) {
                           std::string name = row.param;
                           for (char& c : name) c = c == '-' || c == '.' ? '_' : c;
                           return name;
                         });

bpf::Scenario of_the_thread(const char* file) {
  const auto text = reports::read_file(source_dir() / "corpus/regressions/thread" / file, 1U << 20);
  EXPECT_TRUE(text.has_value()) << text.error();
  auto scenario = bpf::parse_graph(text.value_or(""));
  EXPECT_TRUE(scenario.has_value());
  return scenario ? std::move(*scenario) : bpf::Scenario{};
}

TEST(Thread, TheProgramWithOneCallIsNoFinding) {
  const Verdict verdict = Bench("by-value").judge(of_the_thread("one-call.graph"));
  EXPECT_EQ(verdict.outcome, Outcome::agree) << verdict.detail;
}

TEST(Thread, ReductionOfTheProgramWithTwoCallsKeepsBoth) {
  Bench bench("by-value");
  const fuzz::Reduction reduced = bench.reduce(of_the_thread("two-calls.graph"));
  EXPECT_EQ(reduced.verdict.property, Property::bound);
  EXPECT_EQ(bpf::print_graph(reduced.scenario), R"(array a0[1] { 0: p0 }

program p0 {
  call f1
  call f1
  return 0

  subprog f1 {
    tail_call a0[0]
    return 0
  }
}

run p0
)");
}

TEST(Jury, ADeathIsAVerdictAndTheNextScenarioIsJudged) {
  const auto holds = *bpf::parse_graph("program p { return 1 }\nrun p\n");
  const auto dies = *bpf::parse_graph("program p { return 2 }\nrun p\n");
  fuzz::Jury jury([&]() -> std::expected<Judge, std::string> {
    class Dying final : public engine::Engine {
     public:
      explicit Dying(std::unique_ptr<Engine> sound) : sound_(std::move(sound)) {}
      const engine::Identity& identity() const override { return sound_->identity(); }
      std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
        const auto seen = sound_->run(batch);
        if (seen[0].runs[0].return_value == 2) std::raise(SIGKILL);
        return seen;
      }

     private:
      std::unique_ptr<Engine> sound_;
    };
    fuzz::Engines engines;
    engines.push_back(std::make_unique<Dying>(engine::make_interpreter(bpf::profile_linux())));
    return Judge(std::move(engines));
  });
  EXPECT_FALSE(jury.judge(holds).broken());
  const Verdict death = jury.judge(dies);
  EXPECT_EQ(death.kind, "process died");
  EXPECT_TRUE(death.broken());
  EXPECT_EQ(jury.judge(holds).outcome, Outcome::agree);
}

TEST(Jury, SaysWhyNothingWasJudged) {
  fuzz::Jury jury([]() -> std::expected<Judge, std::string> { return std::unexpected("no engine"); });
  const Verdict verdict = jury.judge(*bpf::parse_graph("program p { return 1 }\nrun p\n"));
  EXPECT_EQ(verdict.outcome, Outcome::unavailable);
  EXPECT_EQ(verdict.detail, "no engine");
}

TEST(Reduction, OfWhatAgreesThereIsNone) {
  const auto holds = *bpf::parse_graph("program p { return 1 }\nrun p\n");
  const fuzz::Reduction reduced = Bench("pointer").reduce(holds);
  EXPECT_FALSE(reduced.verdict.broken());
  EXPECT_EQ(reduced.scenario, holds);
}

}  // namespace

}  // namespace tailbound::test

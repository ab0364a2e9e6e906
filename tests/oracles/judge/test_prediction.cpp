// By value predicted: what x86_64/by-value shows of generated scenarios is what the model shows when calls hand
// over copies, in every word.
#include <gtest/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

constexpr std::uint64_t scenarios = 3000;

TEST(Prediction, ExplainsEveryObservationOfByValue) {
  OracleSet set = OracleSet::none();
  set.add(OracleId::prediction);
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_x86_64({.scheme = x86_64::find_scheme("by-value"), .options = {}}));
  Judge judge(std::move(engines), set);
  std::uint64_t beyond = 0;
  for (std::uint64_t n = 0; n < scenarios; ++n) {
    gen::ByteSource source(gen::scenario_seed(11, n));
    const bpf::Scenario scenario = gen::generate(source, gen::Plan(gen::Budget{}));
    const Judgement judgement = judge.judge(scenario);
    ASSERT_FALSE(judgement.verdict.broken()) << "scenario " << n << ": " << judgement.verdict.detail << "\n"
                                             << bpf::print_graph(scenario);
    const Observation& seen = judge.observed(0);
    for (const RunObservation& run : seen.runs) beyond += run.tail_calls(seen.layout) > bpf::max_tail_call_cnt;
  }
  EXPECT_EQ(judge.counts()[static_cast<std::size_t>(OracleId::prediction)].judged, scenarios);
  EXPECT_GT(beyond, scenarios / 20) << "runs that break the bound are among what is explained";
}

}  // namespace

}  // namespace tailbound::test

// What is drawn, of every shape and budget, is judged without a finding: model, interpreter and the sound
// scheme agree.
#include <gtest/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

struct Row {
  const char* name;
  gen::Budget budget;
  std::uint64_t scenarios;  // of each shape
};

Judge sound_judge() {
  const x86_64::Scheme* const scheme = x86_64::find_scheme("pointer");
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(*scheme->identity.profile));
  engines.push_back(engine::make_x86_64({.scheme = scheme, .options = {}}));
  return Judge(std::move(engines));
}

class Agreement : public testing::TestWithParam<Row> {};

TEST_P(Agreement, NoShapeIsAFinding) {
  const Row& row = GetParam();
  Judge judge = sound_judge();
  for (const gen::Shape& shape : gen::shapes()) {
    for (std::uint64_t n = 0; n < row.scenarios; ++n) {
      gen::ByteSource source(gen::scenario_seed(5, n));
      const bpf::Scenario scenario = gen::generate(source, row.budget, shape);
      judge.sampled(n % 64 == 0);
      const Judgement judgement = judge.judge(scenario);
      ASSERT_TRUE(judgement.judged) << shape.name << ", scenario " << n;
      ASSERT_FALSE(judgement.verdict.broken())
          << shape.name << ", scenario " << n << ": " << judgement.verdict.detail << "\n"
          << bpf::print_graph(scenario);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Budgets, Agreement,
                         testing::Values(Row{"small", gen::small_budget(), 1000},
                                         Row{"default", gen::Budget{}, 1000},
                                         Row{"large", gen::large_budget(), 60}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace

}  // namespace tailbound::test

// The generator: valid by construction, the same from the same seed, and with the mix that the project promises.
#include "gen/generate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

bpf::Scenario scenario_of(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

RC_GTEST_PROP(Generate, EveryScenarioIsValid, (std::uint64_t seed)) {
  const bpf::Scenario scenario = scenario_of(seed);
  const auto violation = bpf::check_scenario(scenario);
  RC_LOG() << (violation ? violation->message + "\n" + bpf::print_graph(scenario) : std::string());
  RC_ASSERT(!violation.has_value());
}

RC_GTEST_PROP(Generate, TheSameSeedGivesTheSameScenario, (std::uint64_t seed)) {
  const bool same = scenario_of(seed) == scenario_of(seed);
  RC_ASSERT(same);
}

RC_GTEST_PROP(Generate, BytesInPlaceOfASeedGiveValidScenariosToo, (const std::vector<std::uint8_t>& bytes)) {
  gen::ByteSource source(bytes);
  RC_ASSERT(!bpf::check_scenario(gen::generate(source, {})).has_value());
}

RC_GTEST_PROP(Generate, TextAndCodecKeepWhatIsGenerated, (std::uint64_t seed)) {
  const bpf::Scenario scenario = scenario_of(seed);
  const auto parsed = bpf::parse_graph(bpf::print_graph(scenario));
  RC_ASSERT(parsed.has_value());
  const bool same_text = *parsed == scenario;
  RC_ASSERT(same_text);
  const bool same_bytes = bpf::decode_scenario(bpf::encode_scenario(scenario)) == scenario;
  RC_ASSERT(same_bytes);
}

TEST(Generate, EveryShapeIsValidOverManySeeds) {
  for (const gen::Shape& shape : gen::shapes()) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      gen::ByteSource source(seed);
      const bpf::Scenario scenario = gen::generate(source, {}, shape);
      const auto violation = bpf::check_scenario(scenario);
      ASSERT_FALSE(violation.has_value()) << shape.name << ", seed " << seed << ": " << violation->message;
    }
  }
}

TEST(Generate, AnEmptyByteSourceStillGivesAScenario) {
  gen::ByteSource source(std::span<const std::uint8_t>{});
  EXPECT_FALSE(bpf::check_scenario(gen::generate(source, {})).has_value());
}

/// Counted over 3,000 seeds of one campaign, so the figures do not depend on luck.
TEST(Generate, TheMixIsHonest) {
  constexpr std::uint64_t seeds = 3000;
  std::uint64_t at_limit = 0;
  std::uint64_t in_subprogram = 0;
  std::uint64_t out_of_fuel = 0;
  std::vector<std::size_t> programs;
  std::vector<std::size_t> functions;
  model::Walker walker({});
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const bpf::Scenario scenario = scenario_of(gen::scenario_seed(1, seed));
    const Observation& seen = walker.walk(scenario);
    const bpf::Numbering numbering = bpf::number(scenario);
    bool limit = false;
    for (const auto& context : walker.contexts()) limit |= context.at_limit > 0;
    at_limit += limit ? 1 : 0;
    bool sub = false;
    for (std::uint32_t id = 0; id < numbering.functions; ++id) {
      if (numbering.ref(id).is_main()) continue;
      for (std::uint32_t s = numbering.first_site[id]; s < numbering.first_site[id + 1]; ++s) {
        for (const RunObservation& run : seen.runs) {
          sub |= run.ledger[seen.layout.attempts(s)] > run.ledger[seen.layout.fall_throughs(s)];
        }
      }
    }
    in_subprogram += sub ? 1 : 0;
    for (const RunObservation& run : seen.runs) out_of_fuel += run.out_of_fuel() ? 1 : 0;
    programs.push_back(scenario.programs.size());
    functions.push_back(numbering.functions);
  }
  const auto median = [](std::vector<std::size_t>& values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  };
  EXPECT_GE(at_limit, seeds * 30 / 100) << "scenarios that reach the limit";
  EXPECT_GE(in_subprogram, seeds * 30 / 100) << "scenarios with a tail call taken in a subprogram";
  EXPECT_LT(out_of_fuel, seeds / 100) << "runs out of fuel under the sound discipline";
  EXPECT_GE(median(programs), 3U);
  EXPECT_GE(median(functions), 6U);
}

}  // namespace

}  // namespace tailbound::test

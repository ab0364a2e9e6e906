// What libFuzzer gets from us: bytes of valid scenarios, and the scenario of bytes without decoding them again.
#include "fuzz/driver/scenario_mutator.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cctype>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::test {

namespace {

using Bytes = std::vector<std::uint8_t>;

bpf::Scenario scenario_of(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

/// What libFuzzer does: changes a buffer in place.
Bytes mutated(fuzz::ScenarioMutator& mutator, Bytes bytes, std::size_t room, std::uint64_t random) {
  const std::size_t size = bytes.size();
  bytes.resize(std::max(room, size));
  bytes.resize(mutator.mutate(bytes, size, random));
  return bytes;
}

RC_GTEST_PROP(ScenarioMutator, WhatItRemembersIsWhatTheBytesSay,
              (std::uint64_t first, std::vector<std::uint64_t> randoms)) {
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 20);
  Bytes bytes = bpf::encode_scenario(scenario_of(first));
  for (const std::uint64_t random : randoms) {
    bytes = mutated(mutator, bytes, 1 << 16, random);
    const bpf::Scenario& remembered = mutator.read(bytes);
    RC_ASSERT(remembered == bpf::decode_scenario(bytes));
    RC_ASSERT(!bpf::check_scenario(remembered).has_value());
  }
}

RC_GTEST_PROP(ScenarioMutator, AnyBytesAreAScenario, (const Bytes& bytes)) {
  RC_PRE(!std::ranges::all_of(bytes, [](std::uint8_t byte) { return std::isspace(byte) != 0; }));
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 0);
  RC_ASSERT(mutator.read(bytes) == bpf::decode_scenario(bytes));
}

TEST(ScenarioMutator, BlankTextIsTheEmptyScenario) {
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 0);
  EXPECT_EQ(mutator.read(Bytes{'\n'}), bpf::decode_scenario({}));
}

RC_GTEST_PROP(ScenarioMutator, TextIsReadAsText, (std::uint64_t seed)) {
  const bpf::Scenario scenario = scenario_of(seed);
  const std::string text = bpf::print_graph(scenario);
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 0);
  RC_ASSERT(mutator.read(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) == scenario);
}

RC_GTEST_PROP(ScenarioMutator, NothingGrowsOverItsRoom, (std::uint64_t seed, std::uint64_t random)) {
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 50);
  const Bytes bytes = bpf::encode_scenario(scenario_of(seed));
  RC_ASSERT(mutated(mutator, bytes, bytes.size(), random).size() <= bytes.size());
}

RC_GTEST_PROP(ScenarioMutator, CrossingIsRareAndGivesValidScenarios, (std::uint64_t seed)) {
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 50);
  const Bytes a = bpf::encode_scenario(scenario_of(seed)), b = bpf::encode_scenario(scenario_of(seed + 1));
  int crossed = 0;
  for (std::uint64_t random = 0; random < 100; ++random) {
    Bytes out(1 << 16);
    out.resize(mutator.cross(a, b, out, gen::scenario_seed(seed, random)));
    if (out.empty()) continue;
    ++crossed;
    RC_ASSERT(!bpf::check_scenario(mutator.read(out)).has_value());
  }
  RC_ASSERT(crossed < 50);
}

TEST(ScenarioMutator, TheGivenScenariosComeFirstAndInOrder) {
  const std::vector<bpf::Scenario> given = {scenario_of(1), scenario_of(2), scenario_of(3)};
  fuzz::ScenarioMutator mutator(gen::Plan(gen::Budget{}), 50, given);
  Bytes bytes = {'\n'};
  for (std::size_t i = 0; i < given.size(); ++i) {
    bytes = mutated(mutator, bytes, 1 << 16, i);
    EXPECT_EQ(mutator.read(bytes), given[i]);
  }
}

}  // namespace

}  // namespace tailbound::test

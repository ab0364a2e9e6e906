// Scenarios changed in ways that must not matter: on the model, the interpreter and the machine code.
#include "oracles/check/metamorphic.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

using Change = std::optional<check::Variant> (*)(const bpf::Scenario&, std::uint64_t);
constexpr Change changes[] = {check::with_unreached_program, check::renamed, check::with_refused_call};

bpf::Scenario generated(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

/// `observe(scenario)` gives an observation; it must be the same but for what a variant changes.
template <class Observe>
void nothing_changes(std::uint64_t seed, std::uint64_t choice, Observe&& observe) {
  const bpf::Scenario scenario = generated(seed);
  const Observation base = observe(scenario);
  for (const Change change : changes) {
    const auto variant = change(scenario, choice);
    if (!variant) continue;
    const Verdict verdict = check::same_but_for(*variant, base, observe(variant->scenario));
    RC_LOG() << verdict.detail << "\n" << bpf::print_graph(variant->scenario);
    RC_ASSERT(!verdict.broken());
  }
}

RC_GTEST_PROP(Metamorphic, TheModelKeepsToIt, (std::uint64_t seed, std::uint64_t choice)) {
  for (const bpf::Profile& profile : bpf::profiles()) {
    model::Walker walker({.profile = &profile});
    nothing_changes(seed, choice, [&](const bpf::Scenario& s) { return walker.walk(s); });
  }
}

RC_GTEST_PROP(Metamorphic, TheInterpreterKeepsToIt, (std::uint64_t seed, std::uint64_t choice)) {
  static const auto engine = engine::make_interpreter(bpf::profile_linux_6_1());
  nothing_changes(seed, choice, [&](const bpf::Scenario& s) { return engine->run_one(bpf::lower(s)); });
}

RC_GTEST_PROP(Metamorphic, TheMachineCodeKeepsToIt, (std::uint64_t seed, std::uint64_t choice)) {
  static const auto engine = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  nothing_changes(seed, choice, [&](const bpf::Scenario& s) { return engine->run_one(bpf::lower(s)); });
}

RC_GTEST_PROP(Variants, AreValidAndDifferent, (std::uint64_t seed, std::uint64_t choice)) {
  const bpf::Scenario scenario = generated(seed);
  for (const Change change : changes) {
    const auto variant = change(scenario, choice);
    if (!variant) continue;
    const auto wrong = bpf::check_scenario(variant->scenario);
    RC_LOG() << (wrong ? wrong->message : "") << "\n" << bpf::print_graph(variant->scenario);
    RC_ASSERT(!wrong.has_value());
    RC_ASSERT(variant->scenario != scenario);
    const bpf::Numbering numbering = bpf::number(scenario);
    RC_ASSERT(variant->function.size() == numbering.functions);
    RC_ASSERT(variant->site.size() == numbering.sites);
  }
}

/// A check that never had something to check would hold too.
TEST(Variants, HaveRoomInMostScenarios) {
  std::size_t made = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const bpf::Scenario scenario = generated(seed);
    for (const Change change : changes)
      made += change(scenario, check::choice_of(scenario)).has_value() ? 1U : 0U;
  }
  EXPECT_GT(made, 270U);
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";

/// Every number that a variant must keep, changed alone, is seen.
TEST(Metamorphic, EveryDifferenceIsSeen) {
  const bpf::Scenario scenario = *bpf::parse_graph(hierarchy);
  model::Walker walker({});
  const Observation base = walker.walk(scenario);
  for (const Change change : changes) {
    const auto variant = change(scenario, 3 * 65536);
    ASSERT_TRUE(variant.has_value());
    const Observation got = walker.walk(variant->scenario);
    EXPECT_EQ(check::same_but_for(*variant, base, got).detail, "");
    for (std::size_t word = 0; word < got.runs[0].ledger.size(); ++word) {
      const bool holds_ids = word == bpf::LedgerLayout::live && variant->function[0] != 0;
      Observation wrong = got;
      ++wrong.runs[0].ledger[word];
      EXPECT_EQ(check::same_but_for(*variant, base, wrong).broken(), !holds_ids)
          << variant->kind << ", word " << word;
    }
    Observation wrong = got;
    ++wrong.runs[0].return_value;
    EXPECT_EQ(check::same_but_for(*variant, base, wrong).kind, variant->kind);
  }
}

/// An expectation that names no function has none to shift; one that does keeps to it.
TEST(Variants, ExpectationsKeepTheirMeaning) {
  const bpf::Scenario scenario =
      *bpf::parse_graph("program p { return 1 }\nrun p\nexpect return 1, tail_calls 0, entries p 1\n");
  for (const std::uint64_t place : {0U, 256U}) {
    const auto variant = check::with_unreached_program(scenario, place);
    ASSERT_TRUE(variant.has_value()) << place;
    const auto graph = bpf::print_graph(variant->scenario);
    EXPECT_NE(graph.find("entries p 1"), std::string::npos) << graph;
  }
}

TEST(Variants, ARefusedCallShiftsTheSitesBehindIt) {
  const bpf::Scenario scenario = *bpf::parse_graph(
      "array a[1]\nprogram p { tail_call a[0]; tail_call a[0]; return 0 }\nprogram q { tail_call a[0]; return "
      "0 }\n"
      "run p\n");
  // Into p (choice / 65536 = 0), as its second statement (choice / 16 % 3 = 1).
  const auto variant = check::with_refused_call(scenario, 16);
  ASSERT_TRUE(variant.has_value());
  EXPECT_EQ(variant->site, (std::vector<std::uint32_t>{0, 2, 3}));
  EXPECT_EQ(variant->refused->site, 1U);
  EXPECT_FALSE(variant->refused->first);
}

}  // namespace

}  // namespace tailbound::test

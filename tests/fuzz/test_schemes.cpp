// What the search says of every scheme, and that docs/schemes.md says the same. All in children: schemes may be
// wild.
#include "reports/schemes/describe.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/engines.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/lower/stack_bound.hpp"
#include "jit/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/judge/judge.hpp"
#include "reports/files.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

const std::string root = source_dir().string();

enum class Search { finds, finds_nothing };

struct Row {
  const char* scheme;
  Search search;
  std::uint64_t scenarios;  // finds: within so many; finds_nothing: in so many
};

constexpr Row rows[] = {
    {"pointer", Search::finds_nothing, 3000},
    {"pointer-6.18", Search::finds_nothing, 3000},
    {"by-value", Search::finds, 20},
    {"by-value-5.17", Search::finds, 20},
    {"by-value-5.15", Search::finds, 20},
    {"by-value-5.10", Search::finds, 20},
    {"call-prologue", Search::finds_nothing, 3000},
    {"value-and-pointer-kept", Search::finds, 200},
    {"value-and-pointer-remade", Search::finds, 20},
    {"hidden-slot", Search::finds, 50},
    {"back-propagate-poked", Search::finds_nothing, 3000},
    {"back-propagate-checked", Search::finds, 200},
    {"per-cpu", Search::finds_nothing, 3000},
    {"per-task", Search::finds_nothing, 3000},
    {"per-task-kept", Search::finds, 50},
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.scheme; }

std::vector<std::unique_ptr<engine::Engine>> engine_of(jit::Arch arch, std::string_view scheme) {
  return *fuzz::make_engines({.engines = {std::string(jit::name_of(arch))}, .scheme = std::string(scheme)});
}

Judge judge_of(std::string_view scheme, jit::Arch arch = jit::Arch::x86_64) {
  return Judge(engine_of(arch, scheme));
}

/// Ends with 1 where the verdict is broken, and then the message is "property-kind".
fuzz::ChildEnd run_graph(std::string_view scheme, const std::string& graph,
                         jit::Arch arch = jit::Arch::x86_64) {
  return fuzz::in_child([&](std::string& message) {
    const auto scenario = bpf::parse_graph(graph);
    if (!scenario) {
      message = scenario.error().text();
      return 2;
    }
    Judge judge = judge_of(scheme, arch);
    const Judgement judgement = judge.judge(*scenario);
    if (!judgement.judged) return 3;
    if (!judgement.verdict.broken()) return 0;
    message = std::string(name(judgement.verdict.property)) + "-" + judgement.verdict.kind;
    for (char& c : message) c = c == ' ' ? '-' : c;
    return 1;
  });
}

class SchemeSearch : public testing::TestWithParam<Row> {};

TEST_P(SchemeSearch, EndsAsExpected) {
  const Row& row = GetParam();
  const fuzz::ChildEnd end = fuzz::in_child([&](std::string&) {
    Judge judge = judge_of(row.scheme);
    for (std::uint64_t n = 0; n < row.scenarios; ++n) {
      gen::ByteSource source(gen::scenario_seed(1, n));
      const Judgement judgement = judge.judge(gen::generate(source, {}));
      if (!judgement.judged) return 3;
      if (judgement.verdict.broken()) return 1;
    }
    return 0;
  });
  ASSERT_NE(end.exit_code, 3) << "a scenario was not run";
  EXPECT_EQ(end.signal != 0 || end.exit_code == 1, row.search == Search::finds);
}

INSTANTIATE_TEST_SUITE_P(All, SchemeSearch, testing::ValuesIn(rows), [](const auto& row) {
  std::string name = row.param.scheme;
  for (char& c : name) c = c == '-' || c == '.' ? '_' : c;
  return name;
});

TEST(Schemes, EveryOneHasARow) {
  ASSERT_EQ(std::size(rows), x86_64::schemes().size());
  for (std::size_t i = 0; i < std::size(rows); ++i)
    EXPECT_EQ(x86_64::schemes()[i].identity.name, rows[i].scheme);
}

reports::Evidence evidence() {
  auto loaded = reports::load_evidence(root + "/" + std::string(reports::evidence_folder));
  EXPECT_TRUE(loaded.has_value()) << loaded.error();
  return loaded ? std::move(*loaded) : reports::Evidence{};
}

class SchemeCounterexamples : public testing::TestWithParam<jit::Arch> {};

TEST_P(SchemeCounterexamples, FailUnderTheirSchemeAndHoldUnderPointer) {
  const jit::Arch arch = GetParam();
  if (const auto why = engine_of(arch, "pointer")[0]->unavailable()) GTEST_SKIP() << *why;
  const reports::Evidence known = evidence();
  for (const jit::SchemeView& view : jit::schemes_of(arch)) {
    const auto found = known.counterexamples.find(reports::evidence_key(view));
    if (found == known.counterexamples.end()) continue;
    const reports::Counterexample& example = found->second;
    const std::string_view scheme = view.identity.name;
    SCOPED_TRACE(example.file);
    const fuzz::ChildEnd broken = run_graph(scheme, example.graph, arch);
    EXPECT_EQ(broken.exit_code, 1) << broken.message;
    // The unrounded reload takes what earlier frames left for a count: how it fails depends on what ran before.
    const bool reads_leftovers = scheme == "by-value-5.17" || scheme == "by-value-5.10";
    if (!reads_leftovers) {
      EXPECT_TRUE(example.signature.starts_with(broken.message + "-")) << broken.message;
    }
    const fuzz::ChildEnd sound = run_graph("pointer", example.graph, arch);
    EXPECT_EQ(sound.signal, 0);
    EXPECT_EQ(sound.exit_code, 0) << sound.message;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SchemeCounterexamples, testing::Values(jit::Arch::x86_64, jit::Arch::arm64),
                         [](const auto& row) { return std::string(jit::name_of(row.param)); });

TEST(SchemeEvidence, EveryCounterexampleIsOfAScheme) {
  std::set<std::string> keys;
  for (const jit::SchemeView& scheme : jit::all_schemes()) keys.insert(reports::evidence_key(scheme));
  for (const auto& [key, example] : evidence().counterexamples) EXPECT_TRUE(keys.contains(key)) << example.file;
  for (const auto& [key, search] : evidence().searches) EXPECT_TRUE(keys.contains(key)) << key;
}

TEST(SchemeEvidence, TheUnroundedReloadHasCounterexamplesOfItsOwn) {
  const reports::Evidence known = evidence();
  for (const char* scheme : {"by-value-5.17", "by-value-5.10"}) {
    ASSERT_TRUE(known.counterexamples.contains(scheme));
    EXPECT_EQ(run_graph("by-value", known.counterexamples.at(scheme).graph).exit_code, 0) << scheme;
  }
}

/// A counterexample, or a search that found none: not both, not neither.
TEST(SchemeEvidence, EverySchemeHasAVerdict) {
  const reports::Evidence known = evidence();
  for (const jit::SchemeView& scheme : jit::all_schemes()) {
    const jit::SchemeIdentity& id = scheme.identity;
    const std::string key = reports::evidence_key(scheme);
    SCOPED_TRACE(key);
    const bool refuted = known.counterexamples.contains(key);
    ASSERT_NE(refuted, known.searches.contains(key));
    if (!refuted) {
      EXPECT_GE(known.searches.find(key)->second.scenarios, 1'000'000U);
    }
    if (id.meant_sound) {
      EXPECT_FALSE(refuted) << "the hypothesis is refuted: say so in the record";
    }
    EXPECT_EQ(!id.meant_sound && !refuted, !id.not_shown_by.empty());
  }
}

TEST(SchemeEvidence, TheDocumentIsWhatTheCommandPrints) {
  const auto document = reports::read_file(root + "/docs/schemes.md", 1U << 20);
  ASSERT_TRUE(document.has_value()) << document.error();
  EXPECT_EQ(*document, reports::scheme_document(jit::all_schemes(), evidence()))
      << "./tailbound schemes --markdown > docs/schemes.md";
}

TEST(SchemeEvidence, WhatIsMisshapenIsNamed) {
  const std::string folder = testing::TempDir() + "/tailbound-evidence";
  ASSERT_TRUE(reports::write_file(folder + "/searched.tsv", "pointer 1 60 2\n").has_value());
  EXPECT_NE(reports::load_evidence(folder).error().find("searched.tsv:1: found 'pointer 1 60 2'"),
            std::string::npos);
  ASSERT_TRUE(reports::write_file(folder + "/pointer.graph", "program p { return 0 }\n").has_value());
  EXPECT_NE(reports::load_evidence(folder).error().find("pointer.graph: no account"), std::string::npos);
  EXPECT_FALSE(reports::load_evidence(folder + "/absent").has_value());
  std::filesystem::remove_all(folder);
}

/// Faults are answers, each of them: a process takes thousands of wild scenarios, and the parent does not
/// notice.
TEST(WildSchemes, FaultsAreObservationsOneAfterTheOther) {
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    if (!scheme.identity.wild) continue;
    SCOPED_TRACE(scheme.identity.name);
    const fuzz::ChildEnd end = fuzz::in_child([&](std::string& message) {
      Judge judge = judge_of(scheme.identity.name);
      std::uint64_t broken = 0;
      for (std::uint64_t n = 0; n < 10'000; ++n) {
        gen::ByteSource source(gen::scenario_seed(2, n));
        broken += judge.judge(gen::generate(source, {})).verdict.broken() ? 1U : 0U;
      }
      message = std::to_string(broken);
      return 0;
    });
    RecordProperty(std::string(scheme.identity.name), end.message);
    // A worker may die of a wild write; what it may not do is stop answering or take the campaign with it.
    if (end.signal == 0) {
      EXPECT_GT(std::stoull(end.message), 100U);
    }
  }
}

/// 16 bytes stand above the entered main for the whole run, however many tail calls replace its frame.
TEST(SchemeStack, AnEntryTakesMoreUnderCallPrologue) {
  const auto scenario =
      bpf::parse_graph("array a[1] { 0: p }\nprogram p { tail_call a[0]; return 0 }\nrun p\n");
  ASSERT_TRUE(scenario.has_value());
  const x86_64::Scheme& scheme = *x86_64::find_scheme("call-prologue");
  const auto bound = jit::machine_stack_bound(bpf::lower(*scenario),
                                              {.frame = scheme.frame_bytes, .entry = scheme.entry_bytes}, 33);
  // Return address, rbp, pointer, r6; cell and second return address.
  EXPECT_EQ(bound.bytes, 32U + 16U);
  ASSERT_EQ(bound.chain.size(), 1U);
  EXPECT_EQ(bound.chain[0].bytes, bound.bytes);
}

}  // namespace

}  // namespace tailbound::test

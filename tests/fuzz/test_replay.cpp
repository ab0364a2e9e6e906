// A finding's file gives the same verdict again, with nothing but itself.
#include "fuzz/campaign/replay.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/campaign/reduction.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::test {

namespace {

using fuzz::Replayed;

/// The first scenario at or after `first` that breaks; nothing when none of 300 does. In a child, since schemes may be
/// wild.
std::optional<bpf::Scenario> first_broken(const fuzz::EngineChoice& choice, std::uint64_t first) {
  const auto drawn = [](std::uint64_t n) {
    gen::ByteSource source(gen::scenario_seed(5, n));
    return gen::generate(source, {});
  };
  const fuzz::ChildEnd end = fuzz::in_child([&](std::string& message) {
    Judge judge(*fuzz::make_engines(choice));
    for (std::uint64_t n = first; n < first + 300; ++n) {
      if (!judge.judge(drawn(n)).verdict.broken()) continue;
      message = std::to_string(n);
      return 1;
    }
    return 0;
  });
  if (end.exit_code != 1) return std::nullopt;
  return drawn(std::stoull(end.message));
}

/// The finding's file, as the command writes it; empty when nothing was found.
std::string finding_file(const std::string& scheme, std::uint64_t first) {
  const fuzz::EngineChoice choice{.engines = {"interpreter", "x86_64"}, .scheme = scheme};
  const auto found = first_broken(choice, first);
  if (!found) return {};
  const bool wild = x86_64::find_scheme(scheme)->identity.wild;
  const fuzz::Reduction reduced = fuzz::reduce_finding(fuzz::engines_of(choice), *found, {.fresh = wild});
  return fuzz::in_child([&](std::string& message) {
           Judge judge(*fuzz::make_engines(choice));
           judge.sampled(true);
           auto finding = fuzz::investigate(judge, reduced.scenario, false, false);
           if (!finding) return 0;
           finding->scheme = scheme;
           message = print_finding_file(record_of(*finding), finding->scenario);
           return 1;
         })
      .message;
}

TEST(Replay, FiftyFindingsGiveTheirSignatureAgain) {
  std::size_t findings = 0;
  for (const char* scheme :
       {"by-value", "by-value-5.10", "value-and-pointer-remade", "hidden-slot", "per-task-kept"}) {
    for (std::uint64_t i = 0; i < 11; ++i) {
      const std::string text = finding_file(scheme, i * 1000);
      if (text.empty()) continue;
      const auto file = reports::parse_finding_file(text);
      ASSERT_TRUE(file.has_value()) << file.error() << "\n" << text;
      const fuzz::ReplayEnd end = fuzz::replay(*file);
      EXPECT_EQ(name(end.result), name(Replayed::same)) << end.verdict << ": " << end.detail << "\n" << text;
      EXPECT_EQ(end.signature, file->record.signature);
      ++findings;
    }
  }
  EXPECT_GE(findings, 50U);
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";

reports::FindingFile file_of(const char* graph, const char* verdict, const char* scheme) {
  return {{.verdict = verdict,
           .signature = {},
           .detail = {},
           .engine = {},
           .engines = {"x86_64"},
           .scheme = scheme,
           .oracles = OracleSet::all(),
           .found_by = {},
           .stage = reports::Stage::reduced},
          *bpf::parse_graph(graph)};
}

TEST(Replay, SaysWhatBecameOfAFinding) {
  const auto result = [](const reports::FindingFile& file) { return name(fuzz::replay(file).result); };
  EXPECT_EQ(result(file_of(hierarchy, "bound-exceeded", "by-value")), "same");
  EXPECT_EQ(result(file_of(hierarchy, "count-more", "by-value")), "other");
  EXPECT_EQ(result(file_of(hierarchy, "bound-exceeded", "pointer")), "agrees");
  EXPECT_EQ(
      result(file_of("program probe { return 0 }\nprogram p { return 0 }\nattach fentry probe to p\nrun p\n",
                     "bound-exceeded", "pointer")),
      "could-not-run");
}

TEST(Replay, JudgesByTheRecordedOraclesAlone) {
  reports::FindingFile file = file_of(hierarchy, "count-more", "by-value");
  file.record.oracles.remove(OracleId::bound);
  EXPECT_EQ(name(fuzz::replay(file).result), "same");
}

TEST(Replay, AProcessThatDiedIsItsOwnVerdict) {
  const fuzz::ChildEnd death{.exit_code = 0, .signal = SIGSEGV, .message = {}};
  const fuzz::ReplayEnd same = replay_end(file_of(hierarchy, "fault-process-died", "pointer"), death);
  EXPECT_EQ(name(same.result), "same");
  EXPECT_TRUE(same.signature.starts_with("fault-process-died-")) << same.signature;
  EXPECT_EQ(name(replay_end(file_of(hierarchy, "bound-exceeded", "pointer"), death).result), "other");
  EXPECT_EQ(name(fuzz::replay(file_of(hierarchy, "fault-process-died", "pointer")).result), "agrees");
}

TEST(Replay, SaysWhereAFindingStandsAfterwards) {
  const auto stage = [](reports::Stage recorded, const char* scheme) {
    reports::FindingFile file = file_of(hierarchy, "bound-exceeded", scheme);
    file.record.stage = recorded;
    return name(fuzz::stage_after(file, fuzz::replay(file)));
  };
  EXPECT_EQ(stage(reports::Stage::reduced, "by-value"), "reduced");
  EXPECT_EQ(stage(reports::Stage::known, "by-value"), "known");
  EXPECT_EQ(stage(reports::Stage::known, "pointer"), "fixed");
  EXPECT_EQ(stage(reports::Stage::fixed, "pointer"), "fixed");
  EXPECT_EQ(stage(reports::Stage::fixed, "by-value"), "regression");
}

/// Cut off or changed, it is not the scenario that was recorded: that one is not fixed.
TEST(Replay, AnEditedFindingIsNoFixedOne) {
  reports::FindingFile file = file_of(hierarchy, "bound-exceeded", "by-value");
  file.record.signature = reports::signature({Outcome::disagree, Property::bound, "exceeded", "", 0}, file.scenario);
  EXPECT_FALSE(file.edited());
  file.scenario.programs[0].functions[0].body.erase(file.scenario.programs[0].functions[0].body.begin());
  EXPECT_TRUE(file.edited());
  const fuzz::ReplayEnd end = fuzz::replay(file);
  EXPECT_EQ(name(end.result), "agrees");
  EXPECT_EQ(name(fuzz::stage_after(file, end)), "reduced");
}

}  // namespace

}  // namespace tailbound::test

// A finding's file gives the same verdict again, with nothing but itself.
#include "fuzz/campaign/replay.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace {

using fuzz::Replayed;

/// In a child, since schemes may be wild: the finding's file, from the first scenario at or after `first`
/// that breaks. Empty when none of 300 does.
std::string finding_file(const std::string& scheme, std::uint64_t first) {
  return fuzz::in_child([&](std::string& message) {
           Judge judge(*fuzz::make_engines({.engines = {"interpreter", "x86_64"}, .scheme = scheme}));
           judge.sampled(true);
           for (std::uint64_t n = first; n < first + 300; ++n) {
             gen::ByteSource source(gen::scenario_seed(5, n));
             auto finding = fuzz::investigate(judge, gen::generate(source, {}), true, false);
             if (!finding) continue;
             finding->scheme = scheme;
             message = print_finding_file(record_of(*finding), finding->scenario);
             return 1;
           }
           return 0;
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
      const fuzz::ReplayEnd end = replay(*file);
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
           .found_by = {}},
          *bpf::parse_graph(graph)};
}

TEST(Replay, SaysWhatBecameOfAFinding) {
  const auto result = [](const reports::FindingFile& file) { return name(replay(file).result); };
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
  EXPECT_EQ(name(replay(file).result), "same");
}

TEST(Replay, AProcessThatDiedIsItsOwnVerdict) {
  const fuzz::ChildEnd death{.exit_code = 0, .signal = SIGSEGV, .message = {}};
  const fuzz::ReplayEnd same = replay_end(file_of(hierarchy, "fault-process-died", "pointer"), death);
  EXPECT_EQ(name(same.result), "same");
  EXPECT_TRUE(same.signature.starts_with("fault-process-died-")) << same.signature;
  EXPECT_EQ(name(replay_end(file_of(hierarchy, "bound-exceeded", "pointer"), death).result), "other");
  EXPECT_EQ(name(replay(file_of(hierarchy, "fault-process-died", "pointer")).result), "agrees");
}

}  // namespace

}  // namespace tailbound::test

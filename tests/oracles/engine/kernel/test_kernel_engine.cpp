// The running kernel as an engine, and what becomes of a runner that does not answer. What runs in the kernel
// here is within the engine's own bound of the machine stack.
#include "oracles/engine/kernel/kernel_engine.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/kernel/runner.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

using namespace engine::kernel;

#define BPF_OR_SKIP() \
  if (const std::string why = why_no_bpf(); !why.empty()) GTEST_SKIP() << why

bpf::Lowered lowered_of(const std::string& graph) {
  const auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return scenario ? bpf::lower(*scenario) : bpf::Lowered{};
}

/// Answers as it is told, or not at all.
class FakeChannel final : public Channel {
 public:
  using Answerer = std::function<std::expected<Reply, Lost>(const Request&)>;
  explicit FakeChannel(Answerer answerer) : answerer_(std::move(answerer)) {}
  std::optional<std::string> unavailable() override { return std::nullopt; }
  std::expected<std::span<const std::uint8_t>, Lost> exchange(std::span<const std::uint8_t> request,
                                                              std::chrono::milliseconds) override {
    Request read;
    EXPECT_TRUE(decode(request, read));
    auto reply = answerer_(read);
    if (!reply) return std::unexpected(reply.error());
    bytes_.clear();
    encode(*reply, bytes_);
    return bytes_;
  }

 private:
  Answerer answerer_;
  std::vector<std::uint8_t> bytes_;
};

std::unique_ptr<engine::Engine> engine_on(FakeChannel::Answerer answerer,
                                          std::optional<std::uint64_t> limit = {}) {
  return make_kernel_engine({.identity = {.name = "fake", .scheme = "6.1.0", .options = {}},
                             .record = find_kernel("6.1.0", "x86_64"),
                             .stack_limit = limit},
                            std::make_unique<FakeChannel>(std::move(answerer)));
}

constexpr const char* plain = "program p { return 7 }\nrun p\n";

TEST(KernelEngine, AgreesWithModelAndMachineCodeOnGeneratedScenarios) {
  BPF_OR_SKIP();
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}}));
  engines.push_back(make_running_kernel(std::chrono::seconds(2)));
  if (engines[1]->identity().by_value) GTEST_SKIP() << "the running kernel counts by value";
  Judge judge(std::move(engines));
  for (std::uint64_t n = 0; n < 300; ++n) {
    gen::ByteSource source(gen::scenario_seed(21, n));
    const bpf::Scenario scenario = gen::generate(source, gen::Plan(gen::Budget{}));
    judge.sampled(n % 16 == 0);
    const Judgement judgement = judge.judge(scenario);
    ASSERT_FALSE(judgement.verdict.broken()) << "scenario " << n << ": " << judgement.verdict.detail << "\n"
                                             << bpf::print_graph(scenario);
  }
  const OracleCount& accepted = judge.counts()[static_cast<std::size_t>(OracleId::acceptance)];
  EXPECT_GT(accepted.judged, 200U) << "most fit the bound of the stack";
}

TEST(KernelEngine, ObservesABatchAsItDoesEachAlone) {
  BPF_OR_SKIP();
  const auto engine = make_running_kernel(std::chrono::seconds(2));
  const std::vector<bpf::Lowered> batch = {lowered_of(plain),
                                           lowered_of("program p { return 8 }\nrun p\nrun p\n")};
  const auto seen = engine->run(batch);
  ASSERT_EQ(seen.size(), 2U);
  ASSERT_EQ(seen[0].runs.size(), 1U) << seen[0].unavailable << seen[0].log;
  ASSERT_EQ(seen[1].runs.size(), 2U);
  EXPECT_EQ(seen[0].runs[0].return_value, 7U);
  EXPECT_EQ(seen[1].runs[1].return_value, 8U);
  EXPECT_EQ(seen[1].return_mask, UINT32_MAX);
}

TEST(KernelEngine, SaysWhatItCannotTake) {
  const auto engine = engine_on([](const Request&) { return Reply{}; });
  const auto why = [&](const char* graph) { return engine->run_one(lowered_of(graph)).unavailable; };
  EXPECT_EQ(why("array a[1]\nprogram p { return 0 }\nat entry of p #1: set a[0] = p\nrun p\n"),
            "slot change during a run");
  EXPECT_EQ(why("program q { return 0 }\nprogram p { return 0 }\nattach fentry q to p\nrun p\n"), "attachment");
}

TEST(KernelEngine, LetsNoScenarioRunThatMayNeedMoreStack) {
  bool sent = false;
  const auto engine = engine_on(
      [&](const Request&) {
        sent = true;
        return Reply{};
      },
      8192);
  const Observation& seen = engine->run_one(lowered_of(R"(
      array a[1] { 0: p }
      program p { stack 200; keep r6 r7 r8 r9; call f; return 0; subprog f { tail_call a[0]; return 0 } }
      run p)"));
  EXPECT_TRUE(seen.unavailable.starts_with("its frames add up to ")) << seen.unavailable;
  EXPECT_TRUE(seen.unavailable.ends_with(" bytes of machine stack; at most 8192 are let run on this kernel"));
  EXPECT_FALSE(sent);
}

TEST(KernelEngine, ARefusalCarriesTheVerifiersWords) {
  const auto engine = engine_on([](const Request&) {
    Reply reply;
    reply.answers.emplace_back().refusal = {
        .stage = Refusal::Stage::program, .position = 0, .error = 13, .log = "R9 !read_ok"};
    return reply;
  });
  const Observation& seen = engine->run_one(lowered_of(plain));
  EXPECT_EQ(seen.refused, "program Permission denied");
  EXPECT_EQ(seen.log, "program 0: Permission denied (13)\nR9 !read_ok");
  EXPECT_TRUE(seen.runs.empty());
}

/// The second of three takes the runner along: the others are asked again, alone.
TEST(KernelEngine, AScenarioThatTakesTheRunnerAlongIsToldFromTheOthers) {
  for (const bool late : {false, true}) {
    const auto engine = engine_on([&](const Request& request) -> std::expected<Reply, Channel::Lost> {
      Reply reply;
      for (const Job& job : request.jobs) {
        if (job.programs.size() == 2)
          return std::unexpected(Channel::Lost{late, late ? "time limit" : "kernel panic", "the console"});
        reply.answers.emplace_back().runs.resize(1);
      }
      return reply;
    });
    const std::vector<bpf::Lowered> batch = {
        lowered_of(plain), lowered_of("program p { return 7 }\nprogram q { return 7 }\nrun p\n"),
        lowered_of(plain)};
    const auto seen = engine->run(batch);
    EXPECT_EQ(seen[0].runs.at(0).status, RunStatus::finished);
    EXPECT_EQ(seen[1].runs.at(0).status, late ? RunStatus::timeout : RunStatus::fault);
    EXPECT_EQ(seen[1].runs.at(0).fault.kind, late ? "time limit" : "kernel panic");
    EXPECT_EQ(seen[1].log, "the console");
    EXPECT_EQ(seen[1].runs[0].ledger.size(), batch[1].ledger.words());
    EXPECT_EQ(seen[2].runs.at(0).status, RunStatus::finished);
  }
}

/// A batch takes the runner along and none of it does so alone.
TEST(KernelEngine, ALossThatDoesNotComeAgainIsNotSilent) {
  const auto engine = engine_on([](const Request& request) -> std::expected<Reply, Channel::Lost> {
    if (request.jobs.size() > 1) return std::unexpected(Channel::Lost{false, "kernel panic", "the console"});
    Reply reply;
    reply.answers.emplace_back().runs.resize(1);
    return reply;
  });
  const std::vector<bpf::Lowered> batch = {lowered_of(plain), lowered_of(plain)};
  const auto seen = engine->run(batch);
  ASSERT_EQ(seen[0].runs.size(), 1U);
  EXPECT_EQ(seen[0].runs[0].fault.kind, "kernel panic");
  EXPECT_EQ(seen[0].log, "the console");
  EXPECT_EQ(seen[1].runs.at(0).status, RunStatus::finished);
}

TEST(KernelRecord, IsFoundByRelease) {
  struct Row {
    const char* release;
    const char* machine;
    const char* scheme;  // nullptr: nothing is known
    const char* profile;
  };
  constexpr Row rows[] = {
      {"5.10.0-33-amd64", "x86_64", nullptr, ""},
      {"5.19.0", "x86_64", "by-value", "linux-6.1"},
      {"6.1.0-41-cloud-amd64", "x86_64", "by-value", "linux-6.1"},
      {"6.11.10", "x86_64", "by-value", "linux-6.1"},
      {"6.12.113+deb13-amd64", "x86_64", "pointer", "linux-6.12"},
      {"6.18.34", "x86_64", "pointer-6.18", "linux-6.12"},
      {"6.18.44-fc-v669", "x86_64", "pointer-6.18", "linux"},
      {"6.19-rc1", "x86_64", "pointer-6.18", "linux"},
      {"7.1.5", "x86_64", "pointer-6.18", "linux"},
      {"6.1.192", "aarch64", "by-value", "linux-6.1"},
      {"6.12.113", "aarch64", "pointer", "linux-6.12"},
      {"6.1.192", "s390x", nullptr, ""},
      {"next", "x86_64", nullptr, ""},
  };
  for (const Row& row : rows) {
    const KernelRecord* const record = find_kernel(row.release, row.machine);
    ASSERT_EQ(record == nullptr, row.scheme == nullptr) << row.release;
    if (record == nullptr) continue;
    EXPECT_EQ(record->scheme, row.scheme) << row.release;
    EXPECT_EQ(record->profile().name, row.profile) << row.release;
    EXPECT_NE(bpf::find_limits(record->limits), nullptr);
  }
  for (const KernelRecord& record : kernel_records())
    EXPECT_TRUE(record.stack_costs().has_value()) << record.arch << " " << record.line();
}

}  // namespace

}  // namespace tailbound::test

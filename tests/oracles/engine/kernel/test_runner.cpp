// Jobs in the running kernel. What runs here is within the machine-stack bound: a few small frames.
#include "oracles/engine/kernel/runner.hpp"

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/time.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "jit/bpf/graph.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/job_of.hpp"

namespace tailbound::test {

namespace {

using namespace engine::kernel;

#define BPF_OR_SKIP() \
  if (const std::string why = why_no_bpf(); !why.empty()) GTEST_SKIP() << why

constexpr const char* events = R"(
map m[2] { 0: 5 }
array a[3] { 1: q }
program p { m[1] = m[0] + 1; tail_call a[1]; return 3 }
program q { return 7 }
run p
delete a[1]
delete a[1]
set m[0] = 8
run p
set a[1] = q
run p
)";

Request request_of(const char* graph, const JobOptions& options = {}) {
  const auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  Request request{.btf = {function_btf().bytes}, .jobs = std::vector<Job>(1)};
  if (scenario) fill_job(bpf::lower(*scenario), options, request.jobs[0]);
  return request;
}

std::size_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(KernelRunner, RunsAndChangesSlotsAndCells) {
  BPF_OR_SKIP();
  Request request = request_of(events);
  for (const bool mapped : {true, false}) {
    // Read in memory or by system call: the same.
    if (!mapped) {
      for (JobMap& map : request.jobs[0].maps) map.flags = 0;
    }
    Runner runner;
    const Answer& answer = runner.execute(request).answers.at(0);
    ASSERT_FALSE(answer.refused()) << name(answer.refusal.stage) << answer.refusal.log;
    ASSERT_EQ(answer.runs.size(), 3U);
    constexpr std::uint32_t returned[] = {7, 3, 7};
    constexpr std::uint64_t cells[][2] = {{5, 6}, {8, 9}, {8, 9}};
    for (std::size_t r = 0; r < 3; ++r) {
      const JobRun& run = answer.runs[r];
      EXPECT_EQ(run.return_value, returned[r]);
      ASSERT_GE(run.words.size(), 4U);
      EXPECT_EQ(run.words[bpf::LedgerLayout::total], returned[r] == 7 ? 2U : 1U) << "a fresh ledger each run";
      EXPECT_EQ(run.words[run.words.size() - 2], cells[r][0]);
      EXPECT_EQ(run.words[run.words.size() - 1], cells[r][1]);
    }
  }
}

TEST(KernelRunner, SaysTheSameThroughMessages) {
  BPF_OR_SKIP();
  const Request request = request_of(events);
  std::vector<std::uint8_t> bytes;
  encode(request, bytes);
  Runner runner;
  Reply through;
  ASSERT_TRUE(decode(runner.execute(bytes), through));
  Runner direct;
  const Reply& reply = direct.execute(request);
  ASSERT_EQ(through.answers.at(0).runs.size(), reply.answers.at(0).runs.size());
  for (std::size_t r = 0; r < 3; ++r)
    EXPECT_EQ(through.answers[0].runs[r].words, reply.answers[0].runs[r].words);
}

TEST(KernelRunner, ARefusedJobLeavesTheOthersOfItsBatch) {
  BPF_OR_SKIP();
  Request request = request_of(events);
  request.jobs.resize(3, request.jobs[0]);
  request.jobs[1].programs[0].insns[0] = 0x90bf;  // r0 = r9
  Runner runner;
  const Reply& reply = runner.execute(request);
  EXPECT_EQ(reply.answers.at(0).runs.size(), 3U);
  const Refusal& refusal = reply.answers.at(1).refusal;
  EXPECT_EQ(refusal.stage, Refusal::Stage::program);
  EXPECT_EQ(refusal.position, 0U);
  EXPECT_EQ(refusal.error, static_cast<std::uint32_t>(EACCES));
  EXPECT_NE(refusal.log.find("R9 !read_ok"), std::string::npos) << refusal.log;
  EXPECT_EQ(reply.answers.at(2).runs.size(), 3U);
}

TEST(KernelRunner, NamesTheStageThatWasRefused) {
  BPF_OR_SKIP();
  const auto stage = [](auto&& change) {
    Request request = request_of(events);
    change(request);
    Runner runner;
    return runner.execute(request).answers.at(0).refusal.stage;
  };
  using Stage = Refusal::Stage;
  EXPECT_EQ(stage([](Request&) {}), Stage::none);
  EXPECT_EQ(stage([](Request& r) { r.jobs[0].maps[2].max_entries = 0; }), Stage::map);
  EXPECT_EQ(stage([](Request& r) { r.jobs[0].maps[2].words.push_back(1); }), Stage::content);
  EXPECT_EQ(stage([](Request& r) { r.btf[0].resize(30); }), Stage::btf);
  EXPECT_EQ(stage([](Request& r) { r.jobs[0].maps[3].slots[0].key = 3; }), Stage::slot);
  EXPECT_EQ(stage([](Request& r) { r.jobs[0].packet = {1}; }), Stage::run);
  EXPECT_EQ(stage([](Request& r) {
              r.jobs[0].steps.push_back({.kind = JobStep::Kind::write, .position = 2, .key = 9});
            }),
            Stage::write);
  EXPECT_EQ(stage([](Request& r) {
              for (std::uint64_t& insn : r.jobs[0].programs[0].insns)
                if ((insn & 0xff) == 0x18) insn |= std::uint64_t{77} << 32;  // a map that is not there
            }),
            Stage::malformed);
}

TEST(KernelRunner, ShowsImagesWithTheirLines) {
  BPF_OR_SKIP();
  const Request request =
      request_of(events, {.want = Job::log | Job::info | Job::images, .events = false, .line_info = true});
  Runner runner;
  const Answer& answer = runner.execute(request).answers.at(0);
  ASSERT_EQ(answer.images.size(), 2U);
  EXPECT_EQ(answer.verified_insns.size(), 2U);
  for (std::size_t p = 0; p < 2; ++p) {
    const JobImage& image = answer.images[p];
    EXPECT_FALSE(image.jited.empty());
    EXPECT_EQ(image.ksyms.size(), 1U);
    EXPECT_GE(image.xlated.size(), request.jobs[0].programs[p].insns.size() / 2);
    EXPECT_FALSE(image.lines.empty());
    EXPECT_EQ(image.line_addresses.size(), image.lines.size());
  }
}

// A pending signal makes the verifier give up; that is no word about the program.
TEST(KernelRunner, LoadsWhileSignalsArrive) {
  BPF_OR_SKIP();
  const Request request = request_of(events, {.events = false});
  struct sigaction quiet {
  }, before{};
  quiet.sa_handler = [](int) {};
  quiet.sa_flags = SA_RESTART;
  ASSERT_EQ(::sigaction(SIGALRM, &quiet, &before), 0);
  const itimerval every{.it_interval = {.tv_sec = 0, .tv_usec = 500},
                        .it_value = {.tv_sec = 0, .tv_usec = 500}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &every, nullptr), 0);
  Runner runner;
  int refused = 0;
  for (int i = 0; i < 300; ++i) refused += runner.execute(request).answers.at(0).refused() ? 1 : 0;
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
  EXPECT_EQ(refused, 0);
}

TEST(KernelRunner, LeavesNothingOpenButItsBtf) {
  BPF_OR_SKIP();
  const std::size_t before = open_files();
  {
    Request request = request_of(events, {.want = Job::log | Job::images});
    request.jobs.resize(2, request.jobs[0]);
    request.jobs[1].programs[1].insns[0] = 0x90bf;
    Runner runner;
    for (int i = 0; i < 3; ++i) {
      runner.execute(request);
      EXPECT_EQ(open_files(), before + 1);
    }
  }
  EXPECT_EQ(open_files(), before);
}

}  // namespace

}  // namespace tailbound::test

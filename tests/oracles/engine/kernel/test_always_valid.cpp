// Generated scenarios are what the running kernel's verifier accepts: 10,000 of them, of every shape and
// budget, are loaded and none is refused. Nothing here runs in the kernel.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "tests/oracles/engine/kernel/loader_or_skip.hpp"

namespace tailbound::test {

namespace {

using engine::kernel::Loader;
using engine::kernel::Slots;

constexpr std::uint32_t scenarios = 10'000;
constexpr std::uint32_t large = 200;      // of them, under the large budget
constexpr std::uint32_t per_shape = 150;  // of them, of each shape under the small budget
/// Loading waits for the kernel more than it computes.
constexpr std::uint32_t workers = 4;

bpf::Scenario scenario_of(std::uint32_t n) {
  gen::ByteSource source(gen::scenario_seed(7, n));
  if (n < large) return gen::generate(source, gen::large_budget());
  const std::uint32_t shape = (n - large) / per_shape;
  if (shape < gen::shape_count) return gen::generate(source, gen::small_budget(), gen::shapes()[shape]);
  return gen::generate(source, {});
}

struct Count {
  std::uint64_t programs = 0;
  std::uint32_t most_verified = 0;
  std::string refusal;  // the first
};

/// Every worker takes every so-many-th, so that the large ones are shared out. Filled slots make the kernel
/// wait for its readers when they go: one in 16 must do.
void load_share(std::uint32_t worker, Loader& loader, Count& count) {
  bpf::Lowered lowered;
  for (std::uint32_t n = worker; n < scenarios; n += workers) {
    const bpf::Scenario scenario = scenario_of(n);
    bpf::lower(scenario, lowered);
    const auto loaded = loader.load(lowered, n / workers % 16 == 0 ? Slots::filled : Slots::empty);
    if (!loaded) {
      count.refusal =
          "scenario " + std::to_string(n) + ": " + loaded.error().text() + bpf::print_graph(scenario);
      return;
    }
    count.programs += loaded->verified_insns.size();
    count.most_verified = std::max(count.most_verified, std::ranges::max(loaded->verified_insns));
  }
}

TEST(AlwaysValid, TheRunningKernelTakesTenThousandGeneratedScenarios) {
  LOADER_OR_SKIP(first);
  std::array<Count, workers> counts;
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&counts, worker] {
        auto loader = Loader::open();
        if (loader) load_share(worker, *loader, counts[worker]);
        else counts[worker].refusal = loader.error();
      });
    }
  }
  Count whole;
  for (const Count& count : counts) {
    EXPECT_EQ(count.refusal, "");
    whole.programs += count.programs;
    whole.most_verified = std::max(whole.most_verified, count.most_verified);
  }
  RecordProperty("programs", std::to_string(whole.programs));
  RecordProperty("most_verified_insns", std::to_string(whole.most_verified));
  EXPECT_GT(whole.programs, 25'000U);
  // The call trees are capped at 2,000 instructions written out; branches multiply the ways through them.
  EXPECT_LT(whole.most_verified, 10'000U) << "instructions that the verifier looked at for one program";
}

}  // namespace

}  // namespace tailbound::test

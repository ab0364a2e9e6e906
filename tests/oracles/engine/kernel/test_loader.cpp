// Generated scenarios are what the running kernel's verifier accepts. Loaded only: nothing here runs in the kernel.
#include "oracles/engine/kernel/loader.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace {

using engine::kernel::Loader;
using engine::kernel::Slots;

/// Says why when nothing can be loaded here.
#define LOADER_OR_SKIP(loader)                          \
  auto loader = Loader::open();                         \
  if (!loader) GTEST_SKIP() << loader.error()

bpf::Lowered lowered_of(std::string_view graph) {
  const auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return bpf::lower(*scenario);
}

TEST(KernelLoader, EveryGeneratedScenarioIsAccepted) {
  LOADER_OR_SKIP(loader);
  std::uint64_t programs = 0;
  for (std::uint64_t n = 0; n < 10'000; ++n) {
    gen::ByteSource source(gen::scenario_seed(7, n));
    const bpf::Scenario scenario = gen::generate(source, {});
    const auto loaded = loader->load(bpf::lower(scenario), n % 16 == 0 ? Slots::filled : Slots::empty);
    ASSERT_TRUE(loaded.has_value()) << "scenario " << n << ": " << loaded.error().text() << "\n"
                                    << bpf::print_graph(scenario);
    programs += loaded->programs.size();
  }
  RecordProperty("programs", std::to_string(programs));
}

}  // namespace

}  // namespace tailbound::test

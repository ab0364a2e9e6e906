// The running kernel's images of generated scenarios against ours. Loaded only: nothing here runs in the
// kernel.
#include <gtest/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "oracles/engine/kernel/channel_dumps.hpp"
#include "oracles/engine/kernel/dump_of.hpp"
#include "oracles/fidelity/tally.hpp"

namespace tailbound::test {

namespace {

#define DUMPS_OR_SKIP(source)                                               \
  auto source = tailbound::engine::kernel::running_kernel_dumps();          \
  if (!source) GTEST_SKIP() << source.error();                              \
  const auto probed = (*source)->dump(tailbound::fidelity::probe(), false); \
  if (!probed) GTEST_SKIP() << probed.error();                              \
  if (tailbound::dump::find_arch(probed->machine) == nullptr)               \
  GTEST_SKIP() << "images of " << probed->machine << " cannot be read"

TEST(RunningKernel, IsRecognisedByItsProbe) {
  DUMPS_OR_SKIP(source);
  const auto recognised = fidelity::recognise(*probed);
  ASSERT_TRUE(recognised.has_value()) << recognised.error();
  EXPECT_EQ(recognised->same, recognised->functions) << recognised->scheme;
  EXPECT_EQ(recognised->functions, 3U);
}

TEST(RunningKernel, CompilesGeneratedScenariosAsWeDo) {
  DUMPS_OR_SKIP(source);
  const auto recognised = fidelity::recognise(*probed);
  ASSERT_TRUE(recognised.has_value()) << recognised.error();
  fidelity::Tally tally;
  for (std::uint64_t n = 0; n < 200; ++n) {
    gen::ByteSource bytes(gen::scenario_seed(11, n));
    const bpf::Lowered lowered = bpf::lower(gen::generate(bytes, gen::Budget{}));
    const auto dumped = (*source)->dump(lowered, n % 8 == 0);
    ASSERT_TRUE(dumped.has_value()) << dumped.error();
    for (std::uint16_t p = 0; p < dumped->programs.size(); ++p) {
      const dump::Source written(lowered.programs[p]);
      const auto examined = fidelity::examine(dumped->programs[p], *recognised, &written);
      ASSERT_TRUE(examined.has_value()) << examined.error();
      tally.add(*examined, n, p);
    }
  }
  EXPECT_GT(tally.functions, 1000U);
  EXPECT_EQ(tally.located, tally.slots) << "instructions whose address was found";
  for (const auto& [kind, row] : tally.classes)
    ADD_FAILURE() << row.functions << " functions: " << kind << "; first in scenario " << row.scenario;
}

TEST(RunningKernel, LineInformationLeadsToTheInstructionsAsWritten) {
  DUMPS_OR_SKIP(source);
  const auto recognised = fidelity::recognise(*probed);
  ASSERT_TRUE(recognised.has_value()) << recognised.error();
  const auto scenario = bpf::parse_graph(
      "map m[3]\narray a[2] { 0: p }\nprogram p { call f; helper lookup m[1]; return 4\n"
      "subprog f { tail_call a[0]; tail_call a[data 1]; return data 3 } }\nrun p\n");
  ASSERT_TRUE(scenario.has_value());
  const bpf::Lowered lowered = bpf::lower(*scenario);
  const auto dumped = (*source)->dump(lowered, true);
  ASSERT_TRUE(dumped.has_value()) << dumped.error();
  const dump::Source written(lowered.programs[0]);
  const auto examined = fidelity::examine(dumped->programs[0], *recognised, &written);
  ASSERT_TRUE(examined.has_value()) << examined.error();
  const dump::KernelImage& kernel = examined->kernel;
  ASSERT_EQ(kernel.image.sites.size(), 2U);
  EXPECT_EQ(kernel.image.sites[0].direct_index, 0U);
  EXPECT_TRUE(kernel.image.sites[0].filled);
  EXPECT_EQ(kernel.image.sites[1].direct_index, std::nullopt);
  std::size_t exits = 0;
  for (std::size_t slot = 0; slot < kernel.origin.size(); ++slot) {
    if (kernel.origin[slot] == 0 || !bpf::is_exit(kernel.image.translated.insns[slot])) continue;
    EXPECT_TRUE(bpf::is_exit(lowered.programs[0].insns[kernel.origin[slot] - 1]));
    ++exits;
  }
  EXPECT_GE(exits, 4U);
}

/// The way that guests are asked, with a child of this process at its other end.
TEST(ChannelDumps, AreThoseOfTheLoader) {
  DUMPS_OR_SKIP(direct);
  const auto channel =
      engine::kernel::channel_dumps(engine::kernel::make_child_channel(), probed->kernel, probed->machine);
  const auto dumped = channel->dump(fidelity::probe(), false);
  ASSERT_TRUE(dumped.has_value()) << dumped.error();
  EXPECT_EQ(dumped->kernel, probed->kernel);
  ASSERT_EQ(dumped->programs.size(), 1U);
  EXPECT_EQ(dumped->programs[0].translated.size(), probed->programs[0].translated.size());
  EXPECT_EQ(dumped->programs[0].code.size(), probed->programs[0].code.size());
  EXPECT_EQ(dumped->programs[0].functions.size(), 3U);
}

}  // namespace

}  // namespace tailbound::test

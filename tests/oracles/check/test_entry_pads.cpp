#include "oracles/check/entry_pads.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::test {

namespace {

jit::Image compiled(const x86_64::Scheme& scheme, bool ibt) {
  const auto scenario = bpf::parse_graph(R"(
array a0[1] { 0: p0 }
program p0 {
  call f1
  return 0
  subprog f1 {
    tail_call a0[0]
    return 0
  }
}
run p0
)");
  EXPECT_TRUE(scenario.has_value());
  jit::Options options;
  options.ibt = ibt;
  jit::Image image;
  EXPECT_TRUE(
      x86_64::Compiler().compile(bpf::lower(*scenario).programs[0], scheme, options, image).has_value());
  return image;
}

TEST(EntryPads, EverySchemeHasThem) {
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    for (const bool ibt : {false, true}) {
      const Verdict verdict = check::entry_pads(compiled(scheme, ibt), ibt ? "ibt" : "");
      EXPECT_FALSE(verdict.broken()) << scheme.identity.name << ": " << verdict.detail;
    }
  }
}

TEST(EntryPads, ACodeWithoutIbtHasNoneOfItsPads) {
  EXPECT_EQ(check::entry_pads(compiled(*x86_64::find_scheme("pointer"), false), "ibt").kind, "entry pad");
}

/// Any byte of any pad, of any function.
TEST(EntryPads, AChangedByteIsSeen) {
  const jit::Image image = compiled(*x86_64::find_scheme("pointer"), true);
  ASSERT_EQ(image.functions.size(), 2U);
  const auto broken_at = [&](std::size_t at) {
    jit::Image changed = image;
    changed.code[at] ^= 0xff;
    return check::entry_pads(changed, "ibt");
  };
  for (const jit::ImageFunction& function : image.functions) {
    for (std::uint32_t i = 0; i < 9; ++i) EXPECT_EQ(broken_at(function.offset + i).kind, "entry pad") << i;
  }
  const std::uint32_t landing = image.functions[0].offset + image.functions[0].landing;
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(broken_at(landing + i).kind, "landing pad") << i;
  EXPECT_FALSE(broken_at(landing + 4).broken());
}

}  // namespace

}  // namespace tailbound::test

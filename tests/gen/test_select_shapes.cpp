// Which shapes are drawn can be chosen by name.
#include <gtest/gtest.h>

#include <algorithm>

#include "gen/generate.hpp"

namespace tailbound::test {

namespace {

std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(gen::find_shape(name) - gen::shapes().data());
}

TEST(SelectShapes, NothingNamedIsTheReferenceMix) {
  EXPECT_EQ(gen::select_shapes("", ""), gen::default_weights());
  std::uint32_t sum = 0;
  for (const gen::Shape& shape : gen::shapes()) sum += shape.weight;
  EXPECT_EQ(sum, 100U);
}

TEST(SelectShapes, OnlyNamedOnesKeepTheirWeights) {
  const auto weights = gen::select_shapes("chain,self-loop", "");
  ASSERT_TRUE(weights.has_value()) << weights.error();
  for (std::size_t i = 0; i < gen::shape_count; ++i) {
    const bool named = i == index_of("chain") || i == index_of("self-loop");
    EXPECT_EQ((*weights)[i], named ? gen::shapes()[i].weight : 0U);
  }
}

TEST(SelectShapes, WithoutLeavesTheOthers) {
  const auto weights = gen::select_shapes("", "hierarchy");
  ASSERT_TRUE(weights.has_value()) << weights.error();
  EXPECT_EQ((*weights)[index_of("hierarchy")], 0U);
  EXPECT_EQ((*weights)[index_of("mixed")], gen::find_shape("mixed")->weight);
}

TEST(SelectShapes, SaysWhatIsWrong) {
  EXPECT_EQ(
      gen::select_shapes("ring", "").error(),
      "unknown shape 'ring', expected one of chain cycle self-loop fan-out diamond hierarchy mixed sparse");
  EXPECT_TRUE(gen::select_shapes("", "chain,,cycle").error().starts_with("unknown shape '', expected"));
  EXPECT_EQ(gen::select_shapes("chain", "chain").error(), "no shape is left to draw");
}

/// A self loop of a single program is drawn by no other shape that is left in.
TEST(SelectShapes, APlanDrawsTheChosenShapesOnly) {
  const gen::Plan plan(gen::large_budget(), *gen::select_shapes("self-loop", ""));
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    gen::ByteSource source(seed);
    const bpf::Scenario scenario = gen::generate(source, plan);
    EXPECT_LE(scenario.programs.size(), 2U) << "one, and perhaps its twin";
  }
}

}  // namespace

}  // namespace tailbound::test

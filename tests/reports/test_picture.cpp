// What `tailbound show` draws: the counts are the model's, and no name makes the text wider than a page.
#include "reports/picture/picture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <sstream>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

const jit::SchemeView& pointer() { return *jit::find_scheme(jit::Arch::x86_64, "pointer"); }

bpf::Scenario parsed(const char* text) {
  auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return scenario ? *scenario : bpf::Scenario{};
}

bpf::Scenario generated(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

constexpr const char* hierarchy =
    "array a[2] { 0: p }\nprogram p { call f; call f; return 1; subprog f { stack 16; tail_call a[0]; return 0 "
    "} }\n"
    "run p\ndelete a[0]\nrun p\n";

RC_GTEST_PROP(Picture, ItsCountsAreTheModels, (std::uint64_t seed)) {
  const bpf::Scenario scenario = generated(seed);
  const reports::Picture picture = reports::picture_of(scenario, pointer());
  model::Walker walker({});
  walker.walk(scenario);
  std::uint64_t taken = 0, refused = 0;
  for (const model::ContextCount& context : walker.contexts()) {
    taken += context.taken;
    refused += context.at_limit + context.empty + context.out_of_range;
  }
  RC_ASSERT(picture.taken() == taken);
  RC_ASSERT(picture.refused() == refused);
}

RC_GTEST_PROP(Picture, EverySiteHasAWayAndEveryWayItsNodes, (std::uint64_t seed)) {
  const bpf::Scenario scenario = generated(seed);
  const reports::Picture picture = reports::picture_of(scenario, pointer());
  std::vector<bool> drawn(bpf::number(scenario).sites, false);
  for (const reports::Picture::Way& way : picture.ways) drawn[way.site] = true;
  RC_ASSERT(std::ranges::all_of(drawn, [](bool site) { return site; }));
  const std::string dot = reports::dot_of(picture);
  for (std::size_t id = 0; id < picture.functions.size(); ++id) {
    RC_ASSERT(dot.find("    f" + std::to_string(id) + " [label=") != std::string::npos);
  }
}

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

/// As many programs as there may be, every name as long as it may be.
TEST(Picture, LongNamesAndManyProgramsKeepTheTextNarrow) {
  bpf::Scenario scenario;
  const std::string filling(bpf::cap::name_length - 3, 'x');
  scenario.arrays.push_back({"a" + filling, 64, {}});
  for (std::uint16_t p = 0; p < bpf::cap::programs; ++p) {
    bpf::Program program;
    const std::string number = std::to_string(p);
    program.functions.push_back({"p" + number + filling, 8, 0, {}});
    for (std::uint16_t f = 1; f < 6; ++f) {
      program.functions.back().body.push_back({bpf::Evaluate{{bpf::CallValue{f}, {}}}});
      program.functions.back().body.push_back({bpf::Return{}});
      program.functions.push_back({"f" + std::to_string(f) + filling, 8, 0, {}});
    }
    program.functions.back().body.push_back({bpf::TailCall{0, {bpf::Data{p}, {}}}});
    program.functions.back().body.push_back({bpf::Return{}});
    scenario.programs.push_back(std::move(program));
    scenario.arrays[0].slots.push_back({p, static_cast<std::uint16_t>((p + 1) % bpf::cap::programs)});
  }
  scenario.events = {bpf::Run{0, {}}};
  ASSERT_FALSE(bpf::check_scenario(scenario)) << bpf::check_scenario(scenario)->message;
  const std::string text = reports::text_of(reports::picture_of(scenario, pointer()));
  EXPECT_LE(widest_line(text), 110U) << text;
  EXPECT_GT(std::ranges::count(text, '\n'), 15 * 64);
}

RC_GTEST_PROP(Picture, GeneratedScenariosKeepTheTextNarrow, (std::uint64_t seed)) {
  RC_ASSERT(widest_line(reports::text_of(reports::picture_of(generated(seed), pointer()))) <= 110U);
}

TEST(Picture, TheTextNamesCallsTailCallsAndFrames) {
  const std::string text = reports::text_of(reports::picture_of(parsed(hierarchy), pointer()));
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  EXPECT_TRUE(has(" --> 2 x f ")) << text;
  EXPECT_TRUE(has("33 taken, 35 at the limit")) << text;
  EXPECT_TRUE(has("..> a[0]: empty")) << text;
  EXPECT_TRUE(has("33 tail calls taken, 37 refused")) << text;
  EXPECT_TRUE(has("70 entries")) << text;
}

/// Under the tail call in f lies p's frame alone; f's own is replaced.
TEST(Picture, WhatIsLiveUnderATailCall) {
  const reports::Picture picture = reports::picture_of(parsed(hierarchy), pointer());
  ASSERT_EQ(picture.live.size(), 1U);
  EXPECT_EQ(picture.live[0].function, 1U);
  EXPECT_EQ(picture.live[0].below, std::vector<std::uint32_t>{0});
  EXPECT_EQ(picture.live[0].bytes, picture.functions[0].bytes);
  EXPECT_GE(picture.functions[1].bytes, 16U + 16U) << "return address and rbp, and its BPF stack";
}

TEST(Picture, AnIndexThatDependsOnTheRunDoesNotFillThePage) {
  const reports::Picture picture = reports::picture_of(
      parsed("array a[64] { 0: p }\nprogram p { call f; call f; call f; return 0; subprog f {\n"
             "  tail_call a[entries(p.f)]; tail_call a[0]; return 0 } }\nrun p\n"),
      pointer());
  std::size_t of_first = 0;
  for (const auto& way : picture.ways) of_first += way.site == 0 ? 1 : 0;
  EXPECT_GE(of_first, 4U);
  EXPECT_LE(of_first, 8U);
}

TEST(Picture, GraphvizDrawsIt) {
  const auto svg = reports::svg_of(reports::dot_of(reports::picture_of(parsed(hierarchy), pointer())));
  if (!svg && svg.error().contains("not installed")) GTEST_SKIP() << svg.error();
  ASSERT_TRUE(svg.has_value()) << svg.error();
  EXPECT_NE(svg->find("33 taken, 35 at the limit"), std::string::npos);
}

TEST(Picture, WhatGraphvizCannotReadIsOneLine) {
  const auto svg = reports::svg_of("digraph {{{");
  if (!svg && svg.error().contains("not installed")) GTEST_SKIP() << svg.error();
  ASSERT_FALSE(svg.has_value());
  EXPECT_EQ(svg.error().find('\n'), std::string::npos);
  EXPECT_TRUE(svg.error().starts_with("dot failed: ")) << svg.error();
}

}  // namespace

}  // namespace tailbound::test

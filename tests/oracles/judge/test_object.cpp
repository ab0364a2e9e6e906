// Objects through engines and oracles: what their files expect, and what a broken scheme does to them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/object/prepare.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"
#include "oracles/judge/object_events.hpp"
#include "tests/support/bpf_objects.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

std::vector<std::unique_ptr<engine::Engine>> both_engines(const x86_64::Scheme& scheme) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(*scheme.identity.profile));
  engines.push_back(engine::make_x86_64({.scheme = &scheme, .options = {}}));
  return engines;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bpf::PreparedObject object_of(const std::string& stem, const std::string& events) {
  const auto object = bpf::read_object(compiled(stem + ".c"));
  EXPECT_TRUE(object.has_value()) << stem << ": " << object.error().text();
  if (!object) return {};
  auto prepared = bpf::prepare(*object);
  EXPECT_TRUE(prepared.has_value()) << stem << ": " << prepared.error().text();
  if (!prepared) return {};
  auto names = bpf::parse_events(events, prepared->names);
  EXPECT_TRUE(names.has_value()) << stem << ": " << names.error().text();
  if (names) prepared->names = std::move(*names);
  return std::move(*prepared);
}

Judgement judged(Judge& judge, bpf::PreparedObject& object) {
  const auto ready = lower_events(object, *judge.engines().front());
  EXPECT_TRUE(ready.has_value()) << ready.error();
  judge.sampled(true);
  return judge.judge(object);
}

std::vector<std::string> stems() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "corpus/objects")) {
    if (entry.path().extension() == ".c") all.push_back(entry.path().stem());
  }
  return all;
}

TEST(ObjectRuns, OurObjectsDoWhatTheirFilesExpectOnEveryEngine) {
  EXPECT_GE(stems().size(), 5U);
  for (const std::string& stem : stems()) {
    auto object = object_of(stem, text_of(source_dir() / "corpus/objects" / (stem + ".events")));
    Judge judge(both_engines(*x86_64::find_scheme("pointer")));
    const Judgement judgement = judged(judge, object);
    EXPECT_FALSE(judgement.verdict.broken())
        << stem << ", run " << judgement.verdict.run + 1 << ": " << judgement.verdict.detail;
    for (std::size_t e = 0; e < 2; ++e) EXPECT_EQ(judge.observed(e).unavailable, "") << stem;
    const auto number = [&](OracleId id) { return judge.counts()[static_cast<std::size_t>(id)].judged; };
    EXPECT_EQ(number(OracleId::expectations), 2U) << stem;
    EXPECT_EQ(number(OracleId::engine_agreement), 1U) << stem;
    EXPECT_EQ(number(OracleId::machine_stack), 1U) << stem;
    for (const OracleId id : {OracleId::agreement, OracleId::path, OracleId::independence}) {
      const OracleCount& count = judge.counts()[static_cast<std::size_t>(id)];
      EXPECT_EQ(count.judged, 0U) << stem;
      EXPECT_EQ(count.could_not[static_cast<std::size_t>(WhyNot::no_model)], 2U) << stem;
    }
  }
}

TEST(ObjectRuns, TheHierarchyBreaksTheBoundWhereTheCountIsPassedByValue) {
  auto object = object_of("hierarchy", "run entry");
  OracleSet set = OracleSet::none();
  set.add(OracleId::bound);
  Judge judge(both_engines(*x86_64::find_scheme("by-value")), set);
  const Judgement judgement = judged(judge, object);
  ASSERT_TRUE(judgement.verdict.broken());
  EXPECT_EQ(judgement.verdict.property, Property::bound);
  EXPECT_EQ(judgement.engine, 1U);
}

TEST(ObjectRuns, AVariableIsSetBesideItsNeighbour) {
  // Both lie in one word; the second changes between the runs.
  auto object = object_of(
      "variables", "run entry\nset small[0] = 5\nrun entry\nexpect cell small[0] 4, cell next_to_it[0] 9");
  Judge judge(both_engines(*x86_64::find_scheme("pointer")));
  EXPECT_FALSE(judged(judge, object).verdict.broken());
  auto wrong = object_of("variables", "run entry\nexpect cell next_to_it[0] 7");
  const Judgement judgement = judged(judge, wrong);
  ASSERT_TRUE(judgement.verdict.broken());
  EXPECT_EQ(judgement.verdict.property, Property::expectation);
}

TEST(ObjectRuns, EventsNameWhatTheObjectHas) {
  const auto object = bpf::read_object(compiled("hierarchy.c"));
  ASSERT_TRUE(object.has_value());
  const auto names = bpf::prepare(*object)->names;
  struct Row {
    const char* text;
    const char* says;
  };
  for (const Row& row :
       {Row{"run other", "1:5: unknown program 'other'"}, Row{"set jmp_table[1] = entry", "1:15: "},
        Row{"\n delete count[0]", "2:9: unknown array"}, Row{"expect return 1", "1:1: "},
        Row{"run entry\nexpect cell count[1] 0", "2:19: "}, Row{"program p {}", "1:1: "},
        Row{"attach fentry entry to entry", "1:1: found 'attach'"}, Row{"fuel 9999999", "1:6: "},
        Row{"run entry\nexpect entries entry.head 0", "2:22: unknown subprogram"}}) {
    const auto got = bpf::parse_events(row.text, names);
    ASSERT_FALSE(got.has_value()) << row.text;
    EXPECT_TRUE(got.error().text().starts_with(row.says)) << row.text << ": " << got.error().text();
  }
}

}  // namespace

}  // namespace tailbound::test

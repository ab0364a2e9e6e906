// Reproducers that are texts: read back and run, they give what they say.
#include <gtest/gtest.h>

#include <algorithm>

#include "fuzz/campaign/engines.hpp"
#include "gen/generate.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/judge/judge.hpp"
#include "tests/reports/reproduce/read_raw.hpp"
#include "tests/reports/reproduce/subjects.hpp"

namespace tailbound::test {

namespace {

Verdict verdict_of(const bpf::Scenario& scenario, const std::string& scheme, std::string_view only) {
  auto engines = fuzz::make_engines({.engines = {"x86_64"}, .scheme = scheme});
  Judge judge(std::move(*engines), *parse_oracle_set(std::string(only)));
  return judge.judge(scenario, true).verdict;
}

TEST(GraphReproducer, ExpectsWhatOnlyASoundSchemeShows) {
  const auto made = reports::graph_reproducer(subject(hierarchy));
  ASSERT_TRUE(made.has_value());
  const auto scenario = bpf::parse_graph(made->front().content);
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text() << made->front().content;
  EXPECT_FALSE(verdict_of(*scenario, "pointer", "expectations").broken());
  const Verdict broken = verdict_of(*scenario, "by-value", "expectations");
  EXPECT_TRUE(broken.broken());
  EXPECT_EQ(broken.property, Property::expectation);
}

/// A raw file's bytes, run by the interpreter, show every number that the file expects.
void expect_raw_runs_as_it_says(const reports::Subject& subject) {
  const auto made = reports::raw_reproducer(subject);
  ASSERT_TRUE(made.has_value()) << made.error();
  const RawFile raw = RawReader().read(made->front().content);
  const bpf::Lowered wanted = bpf::lower(subject.scenario);
  ASSERT_EQ(raw.lowered.programs.size(), wanted.programs.size());
  for (std::size_t p = 0; p < wanted.programs.size(); ++p)
    EXPECT_EQ(raw.lowered.programs[p].insns, wanted.programs[p].insns);
  const auto interpreter = engine::make_interpreter(bpf::profile_linux_6_1());
  const Observation& seen = interpreter->run_one(raw.lowered);
  ASSERT_EQ(seen.unavailable, "");
  ASSERT_EQ(seen.runs.size(), raw.expected.size());
  const reports::Measures measures = reports::Measures::of(subject.scenario);
  const std::vector<std::string_view> names = measures.names();
  for (std::size_t r = 0; r < seen.runs.size(); ++r) {
    const auto values = measures.values(seen.runs[r], raw.lowered.ledger);
    for (std::size_t m = 0; m < names.size(); ++m)
      EXPECT_EQ(values[m], raw.expected[r].at(std::string(names[m]))) << "run " << r + 1 << ": " << names[m];
  }
}

TEST(RawReproducer, OfTheHierarchyRunsAsItSays) { expect_raw_runs_as_it_says(subject(hierarchy)); }
TEST(RawReproducer, OfEveryStatementRunsAsItSays) { expect_raw_runs_as_it_says(subject(rich)); }
TEST(RawReproducer, OfGeneratedScenariosRunsAsItSays) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    gen::ByteSource source(seed);
    bpf::Scenario scenario = gen::generate(source, {});
    if (reports::beyond_system_calls(scenario)) continue;
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_raw_runs_as_it_says(subject(std::move(scenario)));
  }
}

TEST(ReproducerForms, HaveNamesOfTheirOwn) {
  for (const reports::ReproducerForm& form : reports::reproducer_forms())
    EXPECT_EQ(reports::find_reproducer_form(form.name), &form);
  EXPECT_EQ(reports::find_reproducer_form("elf"), nullptr);
}

TEST(ReproducerName, IsAnIdentifierWhateverTheFileIsCalled) {
  for (const auto& [file, name] :
       {std::pair{"bound-exceeded-1f", "bound_exceeded_1f"}, std::pair{"1st", "f_1st"}, std::pair{"", "f_"},
        std::pair{"a b\"", "a_b_"}}) {
    EXPECT_EQ(reports::subject_of({}, file).name, name);
  }
}

}  // namespace

}  // namespace tailbound::test

// The oracles against planted faults: every one that is not equivalent is seen, by the property that its record
// names, and nothing is seen of the others.
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <string>

#include "jit/arm64/schemes.hpp"
#include "jit/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "reports/files.hpp"
#include "tests/planted/search.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using planted::Fault;
using planted::Found;

constexpr std::uint64_t seed = 7;
constexpr std::uint64_t scenarios_of_equivalent = 1000;
constexpr unsigned jobs = 2;
constexpr double no_time_limit = 1e9;

/// A group of faults: an arch's hand-written ones, or the generated ones of a scheme.
struct Group {
  std::string arch;
  std::string base;  // empty: the hand-written ones
};

std::vector<const Fault*> faults_of(const Group& group, bool seen) {
  std::vector<const Fault*> found;
  for (const Fault& fault : group.base.empty() ? planted::hand_written() : planted::generated()) {
    if (fault.arch() != group.arch || (!group.base.empty() && fault.base != group.base)) continue;
    if (seen ? fault.must_be_seen() : !fault.equivalent.empty()) found.push_back(&fault);
  }
  return found;
}

/// Why faults of the group cannot run here; nothing when they can.
std::optional<std::string> why_not(const Group& group) {
  if (group.arch != "arm64") return std::nullopt;
  return engine::make_arm64({.scheme = arm64::find_scheme("pointer"), .options = {}})->unavailable();
}

class PlantedFaults : public testing::TestWithParam<Group> {
 protected:
  void SetUp() override {
    if (const auto why = why_not(GetParam())) GTEST_SKIP() << *why;
  }
};

TEST_P(PlantedFaults, EveryOneIsDetectedByItsProperty) {
  const auto faults = faults_of(GetParam(), true);
  std::vector<planted::Search> searches;
  for (const Fault* fault : faults) {
    searches.push_back({.fault = fault,
                        .seed = seed,
                        .scenarios = fault->scenarios,
                        .seconds = no_time_limit,
                        .wanted = fault->caught_by});
  }
  ASSERT_FALSE(searches.empty());
  const std::vector<Found> found = planted::run(searches, jobs);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const Fault& fault = *faults[i];
    EXPECT_TRUE(found[i].detected) << fault.name << ": nothing in " << found[i].scenarios << " scenarios";
    if (!fault.caught_by.empty()) {
      EXPECT_EQ(found[i].property, fault.caught_by) << fault.name;
    }
  }
}

TEST_P(PlantedFaults, NothingShowsOfAnEquivalentOne) {
  const auto faults = faults_of(GetParam(), false);
  std::vector<planted::Search> searches;
  for (const Fault* fault : faults) {
    searches.push_back({.fault = fault,
                        .seed = seed,
                        .scenarios = scenarios_of_equivalent,
                        .seconds = no_time_limit,
                        .wanted = {},
                        .compare = true});
  }
  const std::vector<Found> found = planted::run(searches, jobs);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_TRUE(found[i].reached) << faults[i]->name << " is in no code that ran";
    EXPECT_FALSE(found[i].triggered) << faults[i]->name << " at scenario " << found[i].triggered.scenarios;
    EXPECT_FALSE(found[i].detected) << faults[i]->name << ": " << found[i].property;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, PlantedFaults,
                         testing::Values(Group{"x86_64", ""}, Group{"x86_64", "pointer"},
                                         Group{"x86_64", "pointer-6.18"}, Group{"x86_64", "call-prologue"},
                                         Group{"x86_64", "back-propagate-poked"}, Group{"arm64", ""},
                                         Group{"arm64", "pointer"}, Group{"arm64", "pointer-fixed-frame"}),
                         [](const auto& group) {
                           const Group& of = group.param;
                           std::string name = of.arch + "_" + (of.base.empty() ? "hand_written" : of.base);
                           for (char& c : name) c = c == '-' || c == '.' ? '_' : c;
                           return name;
                         });

TEST(PlantedFaultTable, HasEverySoundSchemeAndNamesThatDiffer) {
  std::set<std::string> names, bases;
  for (const Fault& fault : planted::all()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_TRUE(planted::identity_of(fault.sound()).meant_sound) << fault.name;
    EXPECT_FALSE(fault.summary.empty()) << fault.name;
    EXPECT_TRUE(fault.equivalent.empty() || fault.not_shown_by.empty()) << fault.name;
  }
  for (const Fault& fault : planted::generated()) bases.insert(std::string(fault.arch()) + " " + fault.base);
  std::set<std::string> sound;
  for (const jit::SchemeView& scheme : jit::all_schemes()) {
    const jit::SchemeIdentity& id = scheme.identity;
    if (id.meant_sound) sound.insert(std::string(id.arch) + " " + std::string(id.name));
  }
  EXPECT_EQ(bases, sound);
}

TEST(PlantedFaultTable, EveryHandWrittenOneNamesItsPropertyOrAReason) {
  EXPECT_GE(planted::hand_written().size(), 40U);
  for (const Fault& fault : planted::hand_written())
    EXPECT_EQ(fault.must_be_seen(), !fault.caught_by.empty()) << fault.name;
}

TEST(PlantedFaultTable, TheDocumentHasEveryHandWrittenOne) {
  const auto text = reports::read_file(source_dir() / "docs/faults.md", 1U << 20);
  ASSERT_TRUE(text.has_value()) << text.error();
  for (const Fault& fault : planted::hand_written()) {
    EXPECT_NE(text->find("`" + fault.name + "`"), std::string::npos) << fault.name;
  }
}

/// A scheme with nothing changed, judged and compared as the faults are.
TEST(PlantedFaultSearch, SeesNothingOfASoundScheme) {
  std::vector<Fault> unchanged;
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    if (!scheme.identity.meant_sound) continue;
    unchanged.push_back({.name = "nothing",
                         .base = std::string(scheme.identity.name),
                         .summary = "nothing",
                         .change = planted::swap_step(scheme.identity.name, "prologue", "", {})});
  }
  std::vector<planted::Search> searches;
  for (const Fault& fault : unchanged) {
    searches.push_back({.fault = &fault,
                        .seed = seed,
                        .scenarios = 500,
                        .seconds = no_time_limit,
                        .wanted = {},
                        .compare = true});
  }
  for (const Found& found : planted::run(searches, jobs)) {
    EXPECT_EQ(found.scenarios, 500U);
    EXPECT_FALSE(found.reached);
    EXPECT_FALSE(found.triggered);
    EXPECT_FALSE(found.detected) << found.property;
  }
}

/// Wild code may end the process: that is a detection, at the scenario that was under way.
TEST(PlantedFaultSearch, ADeathIsADetection) {
  Fault deadly{.name = "dies",
               .base = "pointer",
               .summary = "the compiler itself ends",
               .change = planted::swap_step("pointer", "prologue", "stack",
                                            {x86_64::named("stack", [](x86_64::Emitter&) { ::_exit(0); })})};
  const planted::Search search{.fault = &deadly, .seed = seed, .scenarios = 5, .seconds = no_time_limit};
  const Found found = planted::run({&search, 1}, 1).front();
  EXPECT_EQ(found.property, planted::process_died);
  EXPECT_EQ(found.detected.scenarios, 1U);
}

}  // namespace

}  // namespace tailbound::test

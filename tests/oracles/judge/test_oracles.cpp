// The judge runs the oracles that are on, and counts what each did.
#include <gtest/gtest.h>

#include <algorithm>

#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"
#include "tests/oracles/judge/altered_engine.hpp"

namespace tailbound::test {

namespace {

std::vector<std::unique_ptr<engine::Engine>> both_engines(const char* scheme = "pointer") {
  const x86_64::Scheme& found = *x86_64::find_scheme(scheme);
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(*found.identity.profile));
  engines.push_back(engine::make_x86_64({.scheme = &found, .options = {}}));
  return engines;
}

/// What the oracle has something to say of.
std::vector<std::unique_ptr<engine::Engine>> engines_for(OracleId id) {
  if (id == OracleId::prediction) return both_engines("by-value");
  auto engines = both_engines();
  if (id != OracleId::acceptance) return engines;
  auto verifying = altered([](const bpf::Lowered&, std::size_t, Observation&) {});
  verifying->claims().verifies = true;
  engines.push_back(std::move(verifying));
  return engines;
}

OracleSet only(OracleId id) {
  OracleSet set = OracleSet::none();
  set.add(id);
  return set;
}

bpf::Scenario parsed(const char* text) {
  auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return *scenario;
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n"
    "expect return 1, tail_calls 33\n";
constexpr const char* with_asm = "program p { asm { r0 = 7 } return 1 }\nrun p\n";

const OracleCount& count_of(const Judge& judge, OracleId id) {
  return judge.counts()[static_cast<std::size_t>(id)];
}
bool asked(const OracleCount& count) {
  return count.judged != 0 || std::ranges::any_of(count.could_not, [](std::uint64_t times) { return times != 0; });
}
std::uint64_t number(const OracleCount& count, WhyNot why) {
  return count.could_not[static_cast<std::size_t>(why)];
}

TEST(JudgeOracles, EachAloneTakesASoundScenarioAndIsTheOnlyOneCounted) {
  for (const Oracle& each : oracles()) {
    Judge judge(engines_for(each.id), only(each.id));
    judge.sampled(true);
    const Judgement judgement = judge.judge(parsed(hierarchy), true);
    EXPECT_FALSE(judgement.verdict.broken()) << each.name << ": " << judgement.verdict.detail;
    for (const Oracle& other : oracles()) {
      const OracleCount& count = count_of(judge, other.id);
      EXPECT_EQ(count.judged != 0, other.id == each.id) << each.name << " on, " << other.name << " counted";
    }
  }
}

TEST(JudgeOracles, TheInterpreterIsSparedWhereAnotherEngineIsJudged) {
  Judge judge(both_engines());
  judge.cross_check(false);
  const Judgement judgement = judge.judge(parsed(hierarchy));
  EXPECT_TRUE(judgement.judged);
  EXPECT_FALSE(judge.asked(0));
  EXPECT_TRUE(judge.asked(1));
  EXPECT_TRUE(judge.observed(0).runs.empty());
  EXPECT_EQ(number(count_of(judge, OracleId::agreement), WhyNot::unasked), 1U);
  EXPECT_EQ(count_of(judge, OracleId::agreement).judged, 1U);
  EXPECT_EQ(number(count_of(judge, OracleId::engine_agreement), WhyNot::no_peer), 1U);
}

TEST(JudgeOracles, TheInterpreterIsAskedForWhatOnlyEnginesKnow) {
  Judge judge(both_engines());
  judge.cross_check(false);
  EXPECT_TRUE(judge.judge(parsed(with_asm)).judged);
  EXPECT_TRUE(judge.asked(0));
  EXPECT_EQ(count_of(judge, OracleId::engine_agreement).judged, 1U);
}

TEST(JudgeOracles, TheInterpreterIsAskedWhereItIsAloneOrNoOtherTakesTheScenario) {
  std::vector<std::unique_ptr<engine::Engine>> one;
  one.push_back(engine::make_interpreter(*x86_64::find_scheme("pointer")->identity.profile));
  Judge alone(std::move(one));
  alone.cross_check(false);
  EXPECT_TRUE(alone.judge(parsed(hierarchy)).judged);
  Judge both(both_engines());
  both.cross_check(false);
  both.judge(parsed("program probe { return 0 }\nprogram p { return 0 }\nattach fentry probe to p\nrun p\n"));
  EXPECT_TRUE(both.asked(0)) << "no engine takes attachments, and each says so";
}

TEST(JudgeOracles, AFindingIsOneWithoutTheInterpreter) {
  Judge judge(both_engines("by-value"));
  judge.cross_check(false);
  const Judgement judgement = judge.judge(parsed(hierarchy));
  EXPECT_TRUE(judgement.verdict.broken());
  EXPECT_EQ(judgement.engine, 1U);
}

TEST(JudgeOracles, SampledOnesWaitUntilTheyAreAskedFor) {
  Judge judge(both_engines());
  judge.judge(parsed(hierarchy), true);
  for (const Oracle& each : oracles())
    EXPECT_EQ(asked(count_of(judge, each.id)), each.when != When::sampled) << each.name;
  EXPECT_EQ(judge.active(true).has(OracleId::encoding), false);
  EXPECT_EQ(judge.active(false).has(OracleId::expectations), false);
  judge.sampled(true);
  EXPECT_EQ(judge.active(true), OracleSet::all());
}

TEST(JudgeOracles, SaysWhyItCouldNot) {
  Judge judge(both_engines());
  judge.sampled(true);
  judge.judge(parsed(hierarchy), false);
  EXPECT_EQ(number(count_of(judge, OracleId::encoding), WhyNot::no_code), 1U);
  EXPECT_EQ(number(count_of(judge, OracleId::machine_stack), WhyNot::not_measured), 1U);
  EXPECT_EQ(number(count_of(judge, OracleId::engine_agreement), WhyNot::reference), 1U);
  EXPECT_EQ(number(count_of(judge, OracleId::expectations), WhyNot::not_asked), 2U);
  judge.judge(parsed(with_asm), true);
  EXPECT_EQ(number(count_of(judge, OracleId::expectations), WhyNot::nothing_expected), 2U);
}

TEST(JudgeOracles, AnEngineThatCouldNotRunIsCounted) {
  Judge judge(both_engines());
  judge.judge(parsed("program probe { return 0 }\nprogram p { return 0 }\nattach fentry probe to p\nrun p\n"));
  EXPECT_EQ(number(count_of(judge, OracleId::agreement), WhyNot::unavailable), 2U);
  EXPECT_EQ(count_of(judge, OracleId::agreement).judged, 0U);
}

TEST(JudgeOracles, CountWhereTheyAreTold) {
  OracleCounts place{};
  Judge judge(both_engines());
  judge.count_into(place);
  judge.judge(parsed(hierarchy));
  EXPECT_EQ(place[static_cast<std::size_t>(OracleId::bound)].judged, 2U);
}

/// A planted fault and the oracle that sees it, as a judge of that oracle alone and of all others says.
struct Fault {
  const char* behaviour;
  OracleId seen_by;
  const char* scenario;
  AlteredEngine::Change change;
  const char* kind;
};

class PlantedFault : public testing::TestWithParam<Fault> {
 protected:
  static Judgement judged(OracleSet set) {
    std::vector<std::unique_ptr<engine::Engine>> engines;
    engines.push_back(engine::make_interpreter(bpf::profile_linux()));
    engines.push_back(altered(GetParam().change));
    Judge judge(std::move(engines), set);
    judge.sampled(true);
    return judge.judge(parsed(GetParam().scenario), true);
  }
};

TEST_P(PlantedFault, IsSeenByThatOracleAndNoOther) {
  const Judgement seen = judged(only(GetParam().seen_by));
  const Oracle& oracle = tailbound::oracle(GetParam().seen_by);
  ASSERT_TRUE(seen.verdict.broken()) << oracle.name;
  EXPECT_EQ(seen.engine, 1U);
  EXPECT_EQ(seen.verdict.kind, GetParam().kind) << seen.verdict.detail;
  EXPECT_EQ(seen.verdict.property, oracle.properties.front());
  OracleSet others = OracleSet::all();
  others.remove(GetParam().seen_by);
  EXPECT_EQ(judged(others).verdict.detail, "");
}

INSTANTIATE_TEST_SUITE_P(
    Faults, PlantedFault,
    testing::Values(Fault{"AnAsmBlocksResult", OracleId::engine_agreement, with_asm,
                          [](const bpf::Lowered&, std::size_t, Observation& seen) {
                            ++seen.runs[0].ledger[bpf::LedgerLayout::live];
                          },
                          "live other"},
                    Fault{"AFrameThatIsOff", OracleId::frame, hierarchy,
                          [](const bpf::Lowered&, std::size_t, Observation& seen) {
                            seen.runs[0].frame.canaries = false;
                          },
                          "canaries"},
                    Fault{"ASecondRunThatDiffers", OracleId::determinism, hierarchy,
                          [](const bpf::Lowered& lowered, std::size_t times, Observation& seen) {
                            if (times == 1 && lowered.programs.size() == 1) ++seen.runs[0].return_value;
                          },
                          "second run"},
                    Fault{"ASecondRunThatEndsInAnotherWay", OracleId::determinism, hierarchy,
                          [](const bpf::Lowered& lowered, std::size_t times, Observation& seen) {
                            if (times == 1 && lowered.programs.size() == 1)
                              seen.runs[0].frame.callee_saved = false;
                          },
                          "second run"},
                    Fault{"AnAdditionalProgramMatters", OracleId::independence, hierarchy,
                          [](const bpf::Lowered& lowered, std::size_t, Observation& seen) {
                            if (lowered.programs.size() == 2) ++seen.runs[0].return_value;
                          },
                          "unreached program"},
                    Fault{"ANameMatters", OracleId::independence, hierarchy,
                          [](const bpf::Lowered& lowered, std::size_t, Observation& seen) {
                            if (lowered.maps[lowered.first_prog_array].name != "a") ++seen.runs[0].return_value;
                          },
                          "renaming"},
                    Fault{"ARefusedCallIsTaken", OracleId::independence, hierarchy,
                          [](const bpf::Lowered& lowered, std::size_t, Observation& seen) {
                            if (lowered.programs.size() != 1 || seen.layout.sites != 2) return;
                            --seen.runs[0].ledger[seen.layout.fall_throughs(0)];
                            --seen.runs[0].ledger[seen.layout.fall_throughs(1)];
                          },
                          "refused call"},
                    Fault{"ASiteThatStopsCountingBesideARefusedCall", OracleId::independence, hierarchy,
                          [](const bpf::Lowered& lowered, std::size_t, Observation& seen) {
                            if (lowered.programs.size() == 1 && seen.layout.sites == 2)
                              ++seen.runs[0].ledger[bpf::LedgerLayout::live];
                          },
                          "refused call"}),
    [](const auto& row) { return row.param.behaviour; });

/// Where a refused call costs, it takes the place of one that would have been taken: what then comes is the
/// model's to say.
TEST(Independence, ARefusedCallMayCost) {
  bpf::Profile costly = bpf::profile_linux();
  costly.cost_out_of_range = 1;
  for (const bool faulty : {false, true}) {
    std::vector<std::unique_ptr<engine::Engine>> engines;
    engines.push_back(std::make_unique<AlteredEngine>(
        engine::make_interpreter(costly), [&](const bpf::Lowered& lowered, std::size_t, Observation& seen) {
          if (faulty && lowered.programs.size() == 1 && seen.layout.sites == 2) ++seen.runs[0].return_value;
        }));
    Judge judge(std::move(engines), only(OracleId::independence));
    judge.sampled(true);
    const Verdict verdict = judge.judge(parsed(hierarchy)).verdict;
    EXPECT_EQ(verdict.broken(), faulty) << verdict.detail;
    EXPECT_EQ(verdict.kind, faulty ? "refused call" : "");
    EXPECT_EQ(count_of(judge, OracleId::independence).judged, 1U);
  }
}

/// What the model sees too, the path sees alone: entries that no call and no slot explains.
TEST(Path, SeesAnEntryThatNoSlotExplains) {
  constexpr const char* two =
      "array a[2] { 0: q, 1: r }\nprogram p { tail_call a[0]; return 0 }\n"
      "program q { return 1 }\nprogram r { return 2 }\nrun p\n";
  for (const std::uint64_t entered : {1U, 2U}) {
    std::vector<std::unique_ptr<engine::Engine>> engines;
    engines.push_back(altered([&](const bpf::Lowered&, std::size_t, Observation& seen) {
      seen.runs[0].ledger[bpf::LedgerLayout::ring] = entered << 32;
    }));
    Judge judge(std::move(engines), only(OracleId::path));
    judge.sampled(true);
    EXPECT_EQ(judge.judge(parsed(two)).verdict.broken(), entered == 2);
  }
}

/// Slots that change between runs, and at an entry, may hold what they held.
TEST(Path, KnowsWhatSlotsMayHoldThen) {
  constexpr const char* changing =
      "array a[1]\nprogram p { tail_call a[0]; return 0 }\nprogram q { return 1 }\nrun p\nset a[0] = q\nrun p\n"
      "at entry of p #1: delete a[0]\nrun p\ndelete a[0]\nrun p\nset a[0] = q\nrun p\n";
  Judge judge(both_engines(), only(OracleId::path));
  judge.sampled(true);
  EXPECT_EQ(judge.judge(parsed(changing)).verdict.detail, "");
  EXPECT_EQ(count_of(judge, OracleId::path).judged, 2U);
}

TEST(Acceptance, ARefusedScenarioIsAFindingAndNothingElseIsJudged) {
  std::vector<std::unique_ptr<engine::Engine>> engines = both_engines();
  auto verifying = altered([](const bpf::Lowered&, std::size_t, Observation& seen) {
    seen.runs.clear();
    seen.refused = "program Permission denied";
    seen.log = "program 0: Permission denied (13)\nR9 !read_ok";
  });
  verifying->claims().verifies = true;
  engines.push_back(std::move(verifying));
  Judge judge(std::move(engines));
  const Judgement judgement = judge.judge(parsed(hierarchy));
  EXPECT_EQ(judgement.verdict.property, Property::acceptance);
  EXPECT_EQ(judgement.verdict.kind, "program Permission denied");
  EXPECT_EQ(judgement.verdict.detail, "the kernel refuses it: program 0: Permission denied (13)");
  EXPECT_EQ(judgement.engine, 2U);
  OracleSet others = OracleSet::all();
  others.remove(OracleId::acceptance);
  std::vector<std::unique_ptr<engine::Engine>> alone;
  alone.push_back(altered([](const bpf::Lowered&, std::size_t, Observation& seen) { seen.refused = "map"; }));
  Judge deaf(std::move(alone), others);
  EXPECT_FALSE(deaf.judge(parsed(hierarchy)).verdict.broken());
  EXPECT_EQ(number(count_of(deaf, OracleId::agreement), WhyNot::refused), 1U);
}

TEST(Prediction, AKnownDesignIsExplainedBeforeItIsJudged) {
  Judge predicted(both_engines("by-value"), only(OracleId::prediction));
  EXPECT_FALSE(predicted.judge(parsed(hierarchy)).verdict.broken());
  EXPECT_EQ(count_of(predicted, OracleId::prediction).judged, 1U);
  EXPECT_EQ(number(count_of(predicted, OracleId::prediction), WhyNot::models_design), 1U);
  Judge judge(both_engines("by-value"));
  EXPECT_EQ(judge.judge(parsed(hierarchy)).verdict.property, Property::bound);
}

TEST(Prediction, ADifferenceToTheDesignComesFirst) {
  const x86_64::Scheme& scheme = *x86_64::find_scheme("by-value");
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(std::make_unique<AlteredEngine>(
      engine::make_x86_64({.scheme = &scheme, .options = {}}),
      [](const bpf::Lowered&, std::size_t, Observation& seen) { ++seen.runs[0].return_value; }));
  Judge judge(std::move(engines));
  const Judgement judgement = judge.judge(parsed(hierarchy));
  EXPECT_EQ(judgement.verdict.property, Property::prediction);
  EXPECT_EQ(judgement.verdict.kind, "return-value other");
  ASSERT_NE(judgement.against, nullptr);
  EXPECT_GT(judgement.against->runs[0].tail_calls(judgement.against->layout), 33U) << "by value, not the rule";
}

/// Also where the model has nothing to say, and whatever the fault is.
TEST(EngineAgreement, NeedsNoModel) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(bpf::profile_linux()));
  engines.push_back(altered([](const bpf::Lowered&, std::size_t, Observation& seen) {
    ++seen.runs[0].ledger[seen.layout.attempts(0)];
  }));
  Judge judge(std::move(engines), only(OracleId::engine_agreement));
  const Judgement judgement = judge.judge(parsed(hierarchy));
  EXPECT_EQ(judgement.verdict.property, Property::engine_agreement);
  EXPECT_EQ(judgement.verdict.kind, "count more");
  EXPECT_EQ(judgement.against, &judge.observed(0));
}

TEST(EngineAgreement, IsSilentWhereAnEngineIsAlone) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  engines.push_back(engine::make_interpreter(bpf::profile_linux()));
  engines.push_back(engine::make_interpreter(bpf::profile_linux_6_1()));
  Judge judge(std::move(engines));
  judge.judge(parsed(hierarchy));
  EXPECT_EQ(number(count_of(judge, OracleId::engine_agreement), WhyNot::no_peer), 2U);
}

}  // namespace

}  // namespace tailbound::test

// Slots that a second thread changes while programs run: patched under the running code, as a kernel does.
#include "oracles/engine/disturbance.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/check/checks.hpp"
#include "oracles/check/path.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

using namespace bpf;

Scenario parsed(const char* text) {
  auto scenario = parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return *scenario;
}

/// What each changed slot may hold, its first content included.
std::vector<check::SlotContents> contents_of(const Scenario& scenario, const std::vector<SetSlot>& changes) {
  std::vector<check::SlotContents> all;
  for (const SetSlot& change : changes) {
    auto at = std::find_if(all.begin(), all.end(), [&](const check::SlotContents& c) {
      return c.array == change.array && c.index == change.index;
    });
    if (at == all.end()) {
      at = all.insert(at, {change.array, change.index, {}, true});
      for (const Slot& slot : scenario.arrays[change.array].slots) {
        if (slot.index == change.index) {
          at->programs.push_back(slot.program);
          at->may_be_empty = false;
        }
      }
    }
    if (change.program) at->programs.push_back(*change.program);
    else at->may_be_empty = true;
  }
  return all;
}

struct Tally {
  std::size_t runs = 0;
  std::size_t different = 0;  // runs that are not as the undisturbed one
  std::size_t paths = 0;      // judged as a path
};

/// Disturbs a scenario and judges every run.
Tally disturb(const Scenario& scenario, const engine::Disturbance& disturbance) {
  const auto engine = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  auto* const disturbable = dynamic_cast<engine::Disturbable*>(engine.get());
  EXPECT_NE(disturbable, nullptr);
  const Lowered lowered = lower(scenario);
  const auto contents = contents_of(scenario, disturbance.changes);
  model::Walker walker({});
  const Observation want = walker.walk(scenario);
  const auto run = std::find_if(scenario.events.begin(), scenario.events.end(),
                                [](const Event& e) { return std::holds_alternative<Run>(e); });
  const std::uint16_t program = std::get<Run>(*run).program;

  Tally tally;
  std::vector<std::string> broken;
  RunObservation last;
  const std::string why = disturbable->run_disturbed(
      lowered, disturbance,
      [&](const RunObservation& seen) {
        ++tally.runs;
        Observation one{.layout = lowered.ledger, .unavailable = {}, .refused = {}, .log = {}, .runs = {seen}};
        for (const Verdict& v : {check::ended(one), check::bound(one, 33), check::frame_balance(one)}) {
          if (v.broken()) broken.push_back(v.detail);
        }
        const Verdict path = check::possible_path(scenario, program, contents, lowered.ledger, seen, 33);
        if (path.broken()) broken.push_back(path.detail);
        tally.paths += path.outcome == Outcome::agree ? 1 : 0;
        tally.different += seen.ledger != want.runs[0].ledger ? 1 : 0;
      },
      last);
  EXPECT_EQ(why, "");
  EXPECT_TRUE(broken.empty()) << broken.size() << " runs, the first: " << broken.front();
  Observation after{.layout = lowered.ledger, .unavailable = {}, .refused = {}, .log = {}, .runs = {last}};
  Observation first{.layout = want.layout, .unavailable = {}, .refused = {}, .log = {}, .runs = {want.runs[0]}};
  EXPECT_EQ(check::same_behaviour(first, after, true).detail, "") << "afterwards the agreement is exact";
  return tally;
}

TEST(Disturbance, ADirectHierarchyHoldsTheBoundWhileItsSlotComesAndGoes) {
  const Scenario scenario = parsed(
      "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } "
      "}\nrun p\n");
  const Tally tally =
      disturb(scenario, {.changes = {{0, 0, std::nullopt}, {0, 0, std::uint16_t{0}}}, .runs = 20000});
  EXPECT_EQ(tally.runs, 20000U);
  EXPECT_GT(tally.paths, 0U);
  EXPECT_GT(tally.different, 0U) << "the changes came through";
}

TEST(Disturbance, TargetsChangeUnderDirectAndIndirectSites) {
  const Scenario scenario = parsed(
      "array a[2] { 0: q, 1: p }\n"
      "program p { call f; call g; return 1; subprog f { tail_call a[0]; return 0 } "
      "subprog g { tail_call a[data 1]; return 0 } }\n"
      "program q { call h; return 2; subprog h { tail_call a[1]; return 0 } }\n"
      "program r { tail_call a[0]; return 3 }\nrun p\n");
  const Tally tally = disturb(scenario, {.changes = {{0, 0, std::uint16_t{2}},
                                                     {0, 1, std::nullopt},
                                                     {0, 0, std::uint16_t{1}},
                                                     {0, 1, std::uint16_t{0}},
                                                     {0, 0, std::nullopt},
                                                     {0, 0, std::uint16_t{1}}},
                                         .runs = 20000});
  EXPECT_GT(tally.paths, 0U);
  EXPECT_GT(tally.different, 0U);
}

TEST(Disturbance, GeneratedScenariosHoldTheBound) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    gen::ByteSource source(seed);
    Scenario scenario = gen::generate(source, {}, *gen::find_shape("hierarchy"));
    std::erase_if(scenario.events, [](const Event& e) { return !std::holds_alternative<bpf::Run>(e); });
    scenario.events.resize(1);
    std::vector<SetSlot> changes;
    for (const Slot& slot : scenario.arrays[0].slots) {
      changes.push_back({0, slot.index, std::nullopt});
      changes.push_back({0, slot.index, slot.program});
    }
    // Cells that runs store to make later runs differ from the model's first one.
    if (!scenario.maps.empty()) continue;
    disturb(scenario, {.changes = changes, .runs = 1500});
  }
}

TEST(PossiblePath, RefusesATraceThatSlotsCannotGive) {
  const Scenario scenario = parsed(
      "array a[1] { 0: q }\nprogram p { tail_call a[0]; return 1 }\nprogram q { return 2 }\n"
      "program r { return 3 }\nrun p\n");
  model::Walker walker({});
  const Observation seen = walker.walk(scenario);
  RunObservation run = seen.runs[0];
  EXPECT_EQ(check::possible_path(scenario, 0, {}, seen.layout, run, 33).outcome, Outcome::agree);
  // Entry 1 was r, which no slot holds.
  run.ledger[LedgerLayout::ring] = (run.ledger[LedgerLayout::ring] & UINT32_MAX) | std::uint64_t{2} << 32;
  EXPECT_TRUE(check::possible_path(scenario, 0, {}, seen.layout, run, 33).broken());
  EXPECT_FALSE(check::possible_path(scenario, 0, {{0, 0, {2}, false}}, seen.layout, run, 33).broken());
  // Nothing after p, although its slot is never empty.
  run.ledger[LedgerLayout::total] = 1;
  EXPECT_TRUE(check::possible_path(scenario, 0, {}, seen.layout, run, 33).broken());
  EXPECT_FALSE(check::possible_path(scenario, 0, {{0, 0, {1}, true}}, seen.layout, run, 33).broken());
}

}  // namespace

}  // namespace tailbound::test

// check_scenario names each fault of an event: a row for every rule.
#include "tests/jit/bpf/check_rows.hpp"

namespace tailbound::bpf {
namespace {

using namespace samples;

TEST(CheckScenario, NamesFaultsOfEvents) {
  expect_rows(
      {
          {"event 2 runs a program that does not exist", [](Scenario& s) { run_at(s, 2).program = 4; }},
          {"event 2 has 65 expectations, at most 64 are allowed",
           [](Scenario& s) { run_at(s, 2).expectations.resize(65); }},
          {"event 2 expects entries of a function that does not exist",
           [](Scenario& s) {
             expectation(s) = {Expect::Kind::entries, {0, 2}, {}, 0};
           }},
          {"event 2 expects something of a map cell that does not exist",
           [](Scenario& s) {
             expectation(s) = {Expect::Kind::cell, {}, {0, 2}, 0};
           }},
          {"event 2 expects out_of_fuel to be something else than yes or no",
           [](Scenario& s) {
             expectation(s) = {Expect::Kind::out_of_fuel, {}, {}, 2};
           }},
          {"event 2 expects something of a function or cell that this expectation is not about",
           [](Scenario& s) {
             expectation(s) = {Expect::Kind::refused, {0, 1}, {}, 0};
           }},
          {"event 2 expects something of a function or cell that this expectation is not about",
           [](Scenario& s) {
             expectation(s) = {Expect::Kind::entries, {0, 1}, {0, 1}, 0};
           }},
          {"event 1 waits for a function that does not exist",
           [](Scenario& s) {
             at_entry(s).function = {0, 2};
           }},
          {"event 1 waits for entry 0, the first is 1", [](Scenario& s) { at_entry(s).count = 0; }},
          {"event 1 changes slot 2 of prog_array jmp_table, which has 2",
           [](Scenario& s) { at_entry(s).change.index = 2; }},
          {"event 3 changes a prog_array that does not exist",
           [](Scenario& s) {
             add_event(s, SetSlot{1, 0, std::nullopt});
           }},
          {"event 3 sets a slot to a program that does not exist",
           [](Scenario& s) {
             add_event(s, SetSlot{0, 0, 4});
           }},
          {"event 3 sets a map cell that does not exist",
           [](Scenario& s) {
             add_event(s, SetCell{{0, 2}, 0});
           }},
          {"event 3 names a probe that does not exist",
           [](Scenario& s) {
             add_event(s, Attach{AttachKind::fentry, 4, {0, 0}});
           }},
          {"event 3 names a target that does not exist",
           [](Scenario& s) {
             add_event(s, Detach{2, {0, 2}});
           }},
      },
      base());
}

TEST(CheckScenario, NamesFaultsOfProbes) {
  const auto attach = [](AttachKind kind, std::uint16_t probe, FunctionRef target) {
    return [=](Scenario& s) { add_event(s, Attach{kind, probe, target}); };
  };
  using enum AttachKind;
  expect_rows(
      {
          {"event 3 attaches probe2 to itself", attach(fexit, 3, {3, 0})},
          {"event 3 attaches other, which stands in a prog_array", attach(fexit, 1, {0, 0})},
          {"event 0 attaches probe, which stands in a prog_array",
           [](Scenario& s) { at_entry(s).change.program = 2; }},
          {"event 0 attaches probe, which stands in a prog_array",
           [](Scenario& s) {
             add_event(s, SetSlot{0, 1, 2});
           }},
          {"event 0 attaches probe, which is also run", [](Scenario& s) { add_event(s, run(2)); }},
          {"event 3 attaches probe in a second way", attach(fexit, 2, {0, 0})},
          {"event 3 attaches probe2 to probe, which is a probe", attach(fexit, 3, {2, 0})},
          {"event 3 attaches probe2, which has a probe itself",
           [](Scenario& s) {
             s.events[0] = Attach{fentry, 2, {3, 0}};
             add_event(s, Attach{fentry, 3, {0, 0}});
           }},
          {"event 3 attaches a probe to entry.tail twice", attach(fentry, 2, {0, 1})},
          {"event 3 replaces entry.tail, which has a probe", attach(freplace, 3, {0, 1})},
          {"event 3 attaches a probe to entry.tail, which is replaced",
           [](Scenario& s) {
             s.events[0] = Attach{freplace, 2, {0, 1}};
             add_event(s, Attach{fexit, 3, {0, 1}});
           }},
          {"event 3 detaches probe2 from entry.tail, where it is not attached",
           [](Scenario& s) {
             add_event(s, Detach{3, {0, 1}});
           }},
          {"event 40 attaches one probe too many to entry.tail",
           [](Scenario& s) {
             for (int i = 0; i < 38; ++i) {
               s.programs.push_back({{function("q" + std::to_string(i), {give_back(0)})}});
               add_event(s, Attach{fexit, static_cast<std::uint16_t>(4 + i), {0, 1}});
             }
           }},
      },
      base());
}

}  // namespace
}  // namespace tailbound::bpf

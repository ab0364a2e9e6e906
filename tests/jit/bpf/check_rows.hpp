// The tables of check_scenario's tests: a valid scenario, ways to break it, and what must be said then.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/repair.hpp"
#include "tests/jit/bpf/scenario_samples.hpp"

namespace tailbound::bpf::samples {

inline std::string fault_of(const Scenario& scenario) {
  const auto violation = check_scenario(scenario);
  return violation ? violation->message : "";
}

struct Row {
  std::string_view message;
  std::function<void(Scenario&)> violate;
};

/// Two programs with a subprogram, a probe, a map and an array: valid, and with a place for every fault.
inline Scenario base() {
  Scenario s;
  s.maps = {{"counts", {0, 0}}};
  s.arrays = {{"jmp_table", 2, {{0, 0}, {1, 1}}}};
  s.programs = {
      {{function("entry", {call(1), give_back(0)}, 16), function("tail", {tail_call(0, 0), give_back(0)})}},
      {{function("other", {call(1), give_back(0)}), function("tail", {give_back(0)})}},
      {{function("probe", {give_back(0)})}},
      {{function("probe2", {give_back(0)})}},
  };
  s.events = {Attach{AttachKind::fentry, 2, {0, 1}}, AtEntry{{0, 0}, 2, {0, 1, 0}}, run(0, {{}})};
  return s;
}

inline Block& main_body(Scenario& s) { return s.programs[0].functions[0].body; }
inline void put_first(Scenario& s, Statement statement) {
  main_body(s).insert(main_body(s).begin(), std::move(statement));
}
inline Expect& expectation(Scenario& s) { return run_at(s, 2).expectations[0]; }
inline AtEntry& at_entry(Scenario& s) { return std::get<AtEntry>(s.events[1]); }
inline void add_event(Scenario& s, Event event) { s.events.push_back(std::move(event)); }
inline void put_asm(Scenario& s, std::vector<Insn> insns) { put_first(s, {Asm{std::move(insns)}}); }
/// The default chain's messages are about the deepest function.
inline void chain_of(Scenario& s, std::uint16_t functions, std::uint16_t stack, bool tail_calls = false) {
  s = chain(functions, stack, tail_calls);
}

/// Each row's violation must be found, in its words, and repaired.
inline void expect_rows(const std::vector<Row>& rows, const Scenario& valid) {
  ASSERT_EQ(fault_of(valid), "");
  for (const Row& row : rows) {
    Scenario s = valid;
    row.violate(s);
    EXPECT_EQ(fault_of(s), row.message);
    repair(s);
    EXPECT_EQ(fault_of(s), "") << "after repair of: " << row.message;
  }
}

}  // namespace tailbound::bpf::samples

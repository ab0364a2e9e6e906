// The interpreter as an engine: events, fresh ledgers, ends of runs, and that nothing makes it crash.
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
// gtest first
#include <rapidcheck/gtest.h>

#include "oracles/engine/interpreter_screen.hpp"
#include "tests/oracles/engine/hand_made.hpp"
#include "tests/oracles/engine/words.hpp"

namespace tailbound {
namespace {

namespace build = bpf::build;
using bpf::AluOp;
using bpf::Insn;
using bpf::Reg;
using bpf::Width;
using hand_made::Code;
using hand_made::joined;
using hand_made::load_map_value;
using hand_made::observed;

// --- whatever the words are ----------------------------------------------------------------------------------

/// Instructions with fields mostly in range, so that programs get past their first slot.
rc::Gen<Insn> plausible_insn() {
  static const std::vector<Insn> shapes = {
      build::mov(Reg::r0, 1),
      build::mov(Reg::r0, Reg::r1),
      build::alu(AluOp::add, Reg::r0, 1),
      build::alu32(AluOp::div, Reg::r0, Reg::r1),
      build::load(Width::b8, Reg::r0, Reg::r10, -8),
      build::load(Width::b4, Reg::r0, Reg::r1, 0),
      build::store(Width::b8, Reg::r10, -8, Reg::r1),
      build::store(Width::b2, Reg::r0, 0, 1),
      Insn{0xdb, 10, 1, -8, 1},
      build::jump(bpf::JumpOp::jeq, Reg::r0, 1, 1),
      build::jump(bpf::JumpOp::jsgt, Reg::r0, Reg::r1, -2),
      build::go_to(1),
      build::go_to(-3),
      build::call_local(2),
      build::call_local(-4),
      build::call_helper(1),
      build::call_helper(5),
      build::call_helper(7),
      build::call_helper(12),
      build::exit(),
      build::imm64_low(Reg::r1, bpf::Imm64Kind::map, 2),
      build::imm64_low(Reg::r2, bpf::Imm64Kind::map, 3),
      build::imm64_low(Reg::r1, bpf::Imm64Kind::map_value, 2),
      build::imm64_high(0),
  };
  return rc::gen::map(rc::gen::pair(rc::gen::elementOf(shapes), rc::gen::inRange<std::uint8_t>(0, 11)),
                      [](std::pair<Insn, std::uint8_t> made) {
                        Insn insn = made.first;
                        if (insn.opcode != 0 && bpf::class_of(insn) != bpf::opcode::jmp && insn.dst != 10) {
                          insn.dst = made.second;
                        }
                        return insn;
                      });
}

rc::Gen<Insn> any_insn() {
  return rc::gen::build<Insn>(
      rc::gen::set(&Insn::opcode, rc::gen::arbitrary<std::uint8_t>()),
      rc::gen::set(&Insn::dst,
                   rc::gen::oneOf(rc::gen::inRange<std::uint8_t>(0, 12), rc::gen::arbitrary<std::uint8_t>())),
      rc::gen::set(&Insn::src,
                   rc::gen::oneOf(rc::gen::just<std::uint8_t>(0), rc::gen::inRange<std::uint8_t>(0, 12),
                                  rc::gen::arbitrary<std::uint8_t>())),
      rc::gen::set(&Insn::off,
                   rc::gen::oneOf(rc::gen::just<std::int16_t>(0), rc::gen::inRange<std::int16_t>(-20, 20),
                                  rc::gen::arbitrary<std::int16_t>())),
      rc::gen::set(&Insn::imm, rc::gen::oneOf(rc::gen::just(0), rc::gen::inRange(-20, 100), words::any_imm())));
}

rc::Gen<Code> any_code() {
  return rc::gen::container<Code>(rc::gen::weightedOneOf<Insn>({{12, plausible_insn()}, {1, any_insn()}}));
}

bool is_sound(const RunObservation& seen) {
  if (seen.ledger.size() != hand_made::lowered({{}, {}}).ledger.words()) return false;
  if (seen.cells.size() != hand_made::cell_count) return false;
  switch (seen.status) {
    case RunStatus::finished:
    case RunStatus::timeout: return seen.fault.kind.empty();
    case RunStatus::fault:
      return seen.fault.kind == "bad pointer" || seen.fault.kind == "bad instruction" ||
             seen.fault.kind == "call depth";
  }
  return false;
}

TEST(InterpreterRobustness, AnyWordsEndTheSameWayTwiceAndInEveryWay) {
  std::array<int, 3> ends{};
  const auto first = engine::make_interpreter(bpf::profile_linux());
  const auto second = engine::make_interpreter(bpf::profile_linux());
  const bool holds = rc::check("random instruction words", [&] {
    bpf::Lowered scenario = hand_made::lowered({*any_code(), *any_code()}, {{0, 0}, {1, 1}});
    scenario.fuel = *rc::gen::inRange<std::uint64_t>(0, 3);
    scenario.events = {hand_made::run_of(0), hand_made::run_of(1)};
    const Observation& a = first->run_one(scenario);
    const Observation& b = second->run_one(scenario);
    for (std::size_t i = 0; i < 2; ++i) {
      RC_ASSERT(is_sound(a.runs.at(i)));
      RC_ASSERT(a.runs[i].status == b.runs.at(i).status);
      RC_ASSERT(a.runs[i].return_value == b.runs[i].return_value);
      RC_ASSERT(a.runs[i].fault.pc == b.runs[i].fault.pc);
      RC_ASSERT(a.runs[i].cells == b.runs[i].cells);
      RC_ASSERT(a.runs[i].ledger == b.runs[i].ledger);
      ++ends[static_cast<std::size_t>(a.runs[i].status)];
    }
  });
  EXPECT_TRUE(holds);
  for (const int count : ends) EXPECT_GT(count, 0);  // the property has reached every kind of end
}

RC_GTEST_PROP(InterpreterRobustness, EverySingleWordFinishesOrFaults, ()) {
  const Insn insn = *any_insn();
  const RunObservation& seen = hand_made::observed_again(hand_made::lowered({{insn, build::exit()}, {}}));
  RC_ASSERT(is_sound(seen));
}

/// Undefined for a reason each; everything else in them is right.
TEST(InterpreterRobustness, WhatTheStandardDoesNotDefineIsABadInstruction) {
  const std::vector<std::pair<std::string_view, Insn>> rows = {
      {"opcode 0", {0x00, 0, 0, 0, 0}},
      {"ALU code 0xe", {0xe7, 0, 0, 0, 0}},
      {"ALU code 0xf", {0xf4, 0, 0, 0, 0}},
      {"jump code 0xe", {0xe5, 0, 0, 0, 0}},
      {"ja with a source", {0x0d, 0, 0, 0, 0}},
      {"exit in jmp32", {0x96, 0, 0, 0, 0}},
      {"call in jmp32", {0x86, 0, 0, 0, 5}},
      {"call through a register", {0x8d, 0, 0, 0, 0}},
      {"call of a kernel function", {0x85, 0, 2, 0, 1}},
      {"unknown helper", {0x85, 0, 0, 0, 3}},
      {"call target outside", {0x85, 0, 1, 0, 1}},
      {"destination 11", {0xb7, 11, 0, 0, 0}},
      {"source 11", {0xbf, 0, 11, 0, 0}},
      {"write to r10", {0xb7, 10, 0, 0, 0}},
      {"load to r10", {0x79, 10, 1, 0, 0}},
      {"fetch to r10", {0xdb, 1, 10, 0, 1}},
      {"register and immediate", {0x0f, 0, 1, 0, 1}},
      {"immediate and register", {0x07, 0, 1, 0, 1}},
      {"add with offset", {0x07, 0, 0, 1, 1}},
      {"div with offset 2", {0x37, 0, 0, 2, 1}},
      {"32-bit movsx of 32", {0xbc, 0, 1, 32, 0}},
      {"movsx of an immediate", {0xb7, 0, 0, 8, 1}},
      {"byte swap of 24", {0xd4, 0, 0, 0, 24}},
      {"bswap with source bit", {0xdf, 0, 0, 0, 16}},
      {"neg with a source", {0x8f, 0, 0, 0, 0}},
      {"legacy packet load", {0x20, 0, 0, 0, 0}},
      {"sign-extending load of 8 bytes", {0x99, 0, 1, 0, 0}},
      {"load with immediate", {0x79, 0, 1, 0, 1}},
      {"atomic byte", {0xd3, 1, 0, 0, 0}},
      {"unknown atomic", {0xdb, 1, 0, 0, 0x02}},
      {"store of an immediate, atomic", {0xda, 1, 0, 0, 0}},
      {"map that is not there", build::imm64_low(Reg::r1, bpf::Imm64Kind::map, 4)},
      {"value of a prog_array", build::imm64_low(Reg::r1, bpf::Imm64Kind::map_value, 3)},
      {"two-slot load of another kind", {0x18, 0, 3, 0, 0}},
  };
  for (const auto& [why, insn] : rows) {
    const RunObservation seen = observed(Code{insn, build::imm64_high(0)});
    EXPECT_EQ(seen.status, RunStatus::fault) << why;
    EXPECT_EQ(seen.fault.kind, "bad instruction") << why;
    EXPECT_EQ(seen.fault.pc, 0U) << why;
  }
}

RC_GTEST_PROP(InterpreterRobustness, AWordIsExecutedWhereItIsAnInstruction, ()) {
  const Code code = {*rc::gen::oneOf(any_insn(), plausible_insn()), build::imm64_high(0), build::exit()};
  const bpf::Lowered scenario = hand_made::lowered({code, {}});
  const RunObservation& seen = hand_made::observed_again(scenario);
  const bool refused = seen.status == RunStatus::fault && seen.fault.kind == "bad instruction" && seen.fault.pc == 0;
  RC_ASSERT(refused != engine::interpreter::is_instruction(code, 0, scenario.maps));
}

TEST(InterpreterRobustness, TheEndOfAProgramIsNoInstruction) {
  EXPECT_EQ(observed(Code{}).fault.kind, "bad instruction");
  const RunObservation seen = observed(Code{build::mov(Reg::r0, 0)});
  EXPECT_EQ(seen.fault.kind, "bad instruction");
  EXPECT_EQ(seen.fault.pc, 1U);
  // Half a two-slot load.
  EXPECT_EQ(observed(Code{build::imm64_low(Reg::r0, bpf::Imm64Kind::value, 0)}).fault.kind, "bad instruction");
}

TEST(InterpreterRobustness, ALoopWithoutEndTimesOut) {
  bpf::Lowered scenario = hand_made::lowered({{build::go_to(-1)}});
  for (const std::uint64_t fuel : {0U, 1U, 50U}) {
    scenario.fuel = fuel;
    EXPECT_EQ(observed(scenario).status, RunStatus::timeout);
  }
}

// --- frames ---

constexpr std::uint64_t poisoned = 0xa5a5'a5a5'a5a5'a5a5;

/// r0 is what lies `below` the frame pointer when 7 has been written 8 bytes below it.
RunObservation read_of_frame(std::int16_t below, std::uint16_t recorded_depth) {
  bpf::Lowered scenario = hand_made::lowered({{build::store(Width::b8, Reg::r10, -8, 7),
                                               build::load(Width::b8, Reg::r0, Reg::r10, below), build::exit()}});
  scenario.programs[0].functions[0].stack_depth = recorded_depth;
  return observed(scenario);
}

TEST(InterpreterFrame, AllOfItIsThereWhateverTheRecordSays) {
  for (const std::uint16_t depth : std::initializer_list<std::uint16_t>{0, 1, 8, 12, 16, 511, 512}) {
    EXPECT_EQ(read_of_frame(-8, depth).return_value, 7U) << depth;
    for (const std::int16_t below : std::initializer_list<std::int16_t>{-16, -24, -504, -512}) {
      EXPECT_EQ(read_of_frame(below, depth).return_value, poisoned) << depth << " " << below;
    }
    for (const std::int16_t below : std::initializer_list<std::int16_t>{-520, -513, -7, 0}) {
      EXPECT_EQ(read_of_frame(below, depth).fault.kind, "bad pointer") << depth << " " << below;
    }
  }
}

// --- events and observations ---------------------------------------------------------------------------------

/// Adds 1 to a ledger word, to a pool word and to cell 1; returns the fuel.
Code counting() {
  Code code;
  for (const auto& [map, word] :
       {std::pair{hand_made::ledger_map, 5}, {hand_made::pool_map, 0}, {hand_made::cells_map, 1}}) {
    code = joined({code,
                   load_map_value(Reg::r1, map, 8 * word),
                   {build::load(Width::b8, Reg::r2, Reg::r1, 0), build::alu(AluOp::add, Reg::r2, 1),
                    build::store(Width::b8, Reg::r1, 0, Reg::r2)}});
  }
  return joined(
      {code,
       load_map_value(Reg::r1, hand_made::ledger_map, 0),
       {build::load(Width::b8, Reg::r0, Reg::r1, 0), build::store(Width::b8, Reg::r1, 0, 1), build::exit()}});
}

TEST(InterpreterEvents, EachRunHasAFreshLedgerAndTheCellsOfTheLast) {
  bpf::Lowered scenario = hand_made::lowered({counting()});
  scenario.fuel = 0x123456789a;
  scenario.events = {bpf::Run{}, bpf::SetCell{{0, 3}, 9}, bpf::Run{}};
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  for (int round = 0; round < 2; ++round) {  // each scenario has fresh maps
    const Observation& seen = interpreter->run_one(scenario);
    ASSERT_EQ(seen.runs.size(), 2U);
    EXPECT_EQ(seen.layout, scenario.ledger);
    for (const RunObservation& run : seen.runs) {
      EXPECT_EQ(run.return_value, 0x123456789aU);
      ASSERT_EQ(run.ledger.size(), scenario.ledger.words());
      EXPECT_EQ(run.ledger[0], 1U);
      EXPECT_EQ(run.ledger[5], 1U);
      EXPECT_EQ(run.frame, FrameState{});
    }
    EXPECT_EQ(seen.runs[0].cells, (std::vector<std::uint64_t>{100, 201, 300, 400}));
    EXPECT_EQ(seen.runs[1].cells, (std::vector<std::uint64_t>{100, 202, 300, 9}));
  }
}

TEST(InterpreterEvents, ACellIsAWordHoweverTheMapDividesThem) {
  for (const std::uint32_t entries : {1U, 2U, 4U}) {
    bpf::Lowered scenario = hand_made::lowered({{build::mov(Reg::r0, 0), build::exit()}});
    scenario.maps[hand_made::cells_map] = hand_made::array_map("cells", 32 / entries, entries, {1, 2, 3, 4});
    scenario.events = {bpf::SetCell{{0, 3}, 9}, hand_made::run_of(0)};
    EXPECT_EQ(observed(scenario).cells, (std::vector<std::uint64_t>{1, 2, 3, 9})) << entries;
  }
}

TEST(InterpreterEvents, SlotsChangeBetweenRunsAndStaySo) {
  const Code caller =
      joined({hand_made::load_map(Reg::r2, hand_made::prog_array_map),
              {build::mov(Reg::r3, 2), build::call_helper(12), build::mov(Reg::r0, 0), build::exit()}});
  const Code one = {build::mov(Reg::r0, 1), build::exit()};
  const Code two = {build::mov(Reg::r0, 2), build::exit()};
  bpf::Lowered scenario = hand_made::lowered({caller, one, two}, {{2, 1}});
  scenario.events = {
      bpf::Run{}, bpf::SetSlot{0, 2, 2}, bpf::Run{}, bpf::Run{}, bpf::SetSlot{0, 2, std::nullopt}, bpf::Run{}};
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  const std::array<std::uint64_t, 4> want = {1, 2, 2, 0};
  for (int round = 0; round < 2; ++round) {  // each scenario has fresh slots
    const Observation& seen = interpreter->run_one(scenario);
    ASSERT_EQ(seen.runs.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(seen.runs[i].return_value, want[i]) << i;
  }
}

TEST(InterpreterEvents, WhatItCannotDoIsUnavailableAndRunsNothing) {
  bpf::Lowered scenario = hand_made::lowered({counting()});
  scenario.events = {bpf::Run{}, bpf::Attach{}, bpf::Run{}};
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  EXPECT_EQ(interpreter->run_one(scenario).unavailable, "attachment");
  EXPECT_TRUE(interpreter->run_one(scenario).runs.empty());
  scenario.events = {bpf::Run{}};
  EXPECT_EQ(interpreter->run_one(scenario).unavailable, "");
  EXPECT_EQ(interpreter->run_one(scenario).runs.size(), 1U);
}

TEST(InterpreterEvents, AFaultKeepsWhatWasSeenAndDoesNotEndTheScenario) {
  bpf::Lowered scenario =
      hand_made::lowered({joined({load_map_value(Reg::r1, hand_made::cells_map, 0),
                                  {build::store(Width::b8, Reg::r1, 0, 5),
                                   build::load(Width::b8, Reg::r0, Reg::r1, -1), build::exit()}}),
                          {build::mov(Reg::r0, 4), build::exit()}});
  scenario.events = {hand_made::run_of(0), hand_made::run_of(1)};
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  const Observation& seen = interpreter->run_one(scenario);
  EXPECT_EQ(seen.runs.at(0).status, RunStatus::fault);
  EXPECT_EQ(seen.runs.at(0).cells[0], 5U);
  EXPECT_EQ(seen.runs.at(1).status, RunStatus::finished);
  EXPECT_EQ(seen.runs.at(1).return_value, 4U);
  EXPECT_EQ(seen.runs.at(1).fault.kind, "");
}

TEST(InterpreterEngine, ABatchGivesOneObservationEachInOrder) {
  std::vector<bpf::Lowered> batch;
  for (int value = 0; value < 5; ++value) {
    batch.push_back(hand_made::lowered({{build::mov(Reg::r0, value), build::exit()}}));
  }
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  for (const std::size_t size : {5U, 2U, 4U, 0U}) {
    const auto seen = interpreter->run(std::span(batch).first(size));
    ASSERT_EQ(seen.size(), size);
    for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(seen[i].runs.at(0).return_value, i);
  }
}

TEST(InterpreterEngine, SaysWhoItIs) {
  const auto interpreter = engine::make_interpreter(bpf::profile_linux_6_1());
  EXPECT_EQ(interpreter->identity().text(), "interpreter");
  EXPECT_EQ(interpreter->identity().profile, &bpf::profile_linux_6_1());
  EXPECT_EQ(interpreter->unavailable(), std::nullopt);
}

}  // namespace
}  // namespace tailbound

// The interpreter's local calls, helpers and tail calls.
#include <cstdint>
#include <string_view>

#include <gtest/gtest.h>
// gtest first
#include <rapidcheck/gtest.h>

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
using hand_made::load_map;
using hand_made::load_map_value;
using hand_made::load_value;
using hand_made::observed;

std::uint64_t result(const bpf::Lowered& scenario, const bpf::Profile& profile = bpf::profile_linux()) {
  const RunObservation seen = observed(scenario, profile);
  EXPECT_EQ(seen.status, RunStatus::finished) << seen.fault.kind << " at " << seen.fault.pc;
  return seen.return_value;
}
std::uint64_t result(const Code& code) { return result(hand_made::lowered({code})); }

constexpr Reg kept[] = {Reg::r6, Reg::r7, Reg::r8, Reg::r9};
constexpr Reg arguments[] = {Reg::r1, Reg::r2, Reg::r3, Reg::r4, Reg::r5};

// --- local calls ---------------------------------------------------------------------------------------------

RC_GTEST_PROP(InterpreterCall, KeepsR6ToR9AndTheFrame, ()) {
  const Reg reg = *rc::gen::elementOf(std::vector<Reg>(std::begin(kept), std::end(kept)));
  const auto value = *words::any_word();
  const auto other = *words::any_word();
  Code code = joined({load_value(reg, value),
                      {build::store(Width::b8, Reg::r10, -8, 7), build::call_local(4),
                       build::load(Width::b8, Reg::r1, Reg::r10, -8), build::mov(Reg::r0, reg),
                       build::alu(AluOp::add, Reg::r0, Reg::r1), build::exit()}});
  for (const Reg each : kept) code = joined({code, load_value(each, other)});
  code = joined({code, {build::store(Width::b8, Reg::r10, -8, 9), build::exit()}});
  RC_ASSERT(hand_made::observed_again(hand_made::lowered({code})).return_value == value + 7);
}

TEST(InterpreterCall, PassesR1ToR5AndReturnsR0) {
  Code code;
  for (const Reg each : arguments) code.push_back(build::mov(each, 1 << build::num(each)));
  code = joined({code, {build::call_local(1), build::exit(), build::mov(Reg::r0, 1)}});
  for (const Reg each : arguments) code.push_back(build::alu(AluOp::add, Reg::r0, each));
  code.push_back(build::exit());
  EXPECT_EQ(result(code), 63U);
}

TEST(InterpreterCall, NothingElseIsHandedOver) {
  // Neither the callee nor, afterwards, the caller finds the 5 that stood in the register.
  for (const Reg each : kept) {
    EXPECT_NE(result({build::mov(each, 5), build::call_local(1), build::exit(), build::mov(Reg::r0, each),
                      build::exit()}),
              5U);
  }
  for (const Reg each : arguments) {
    EXPECT_NE(result({build::mov(each, 5), build::call_local(2), build::mov(Reg::r0, each), build::exit(),
                      build::mov(Reg::r0, 0), build::exit()}),
              5U);
  }
}

TEST(InterpreterCall, RecursionWithoutEndIsAFaultNotACrash) {
  const RunObservation seen = observed(Code{build::call_local(-1), build::exit()});
  EXPECT_EQ(seen.status, RunStatus::fault);
  EXPECT_EQ(seen.fault.kind, "call depth");
  EXPECT_EQ(seen.fault.pc, 0U);
}

TEST(InterpreterCall, GoesNineteenThousandFramesDeep) {
  // f(n) = n == 0 ? 0 : f(n - 1) + 1
  const Code code = {build::mov(Reg::r1, 19'000),
                     build::call_local(1),
                     build::exit(),
                     build::mov(Reg::r0, 0),
                     build::jump(bpf::JumpOp::jeq, Reg::r1, 0, 3),
                     build::alu(AluOp::sub, Reg::r1, 1),
                     build::call_local(-4),
                     build::alu(AluOp::add, Reg::r0, 1),
                     build::exit()};
  EXPECT_EQ(result(code), 19'000U);
}

// --- helpers -------------------------------------------------------------------------------------------------

Code looked_up(std::int32_t map, std::int32_t key) {
  return joined({load_map(Reg::r1, map),
                 {build::store(Width::b4, Reg::r10, -4, key), build::mov(Reg::r2, Reg::r10),
                  build::alu(AluOp::add, Reg::r2, -4), build::call_helper(1)}});
}

/// The cells as an array of four values.
bpf::Lowered with_four_values(const Code& code) {
  bpf::Lowered scenario = hand_made::lowered({code});
  scenario.maps[hand_made::cells_map] = hand_made::array_map("cells", 8, 4, {100, 200, 300, 400});
  return scenario;
}

TEST(InterpreterHelper, LookupGivesTheValuesAddressOrZero) {
  for (int key = 0; key < 4; ++key) {
    const Code code = joined(
        {looked_up(hand_made::cells_map, key), {build::load(Width::b8, Reg::r0, Reg::r0, 0), build::exit()}});
    EXPECT_EQ(result(with_four_values(code)), 100U * static_cast<unsigned>(key + 1));
  }
  for (const int key : {4, 5, -1}) {
    EXPECT_EQ(result(with_four_values(joined({looked_up(hand_made::cells_map, key), {build::exit()}}))), 0U);
  }
}

TEST(InterpreterHelper, LookupInAMapOfOneValueKnowsKeyZeroOnly) {
  const Code found = joined(
      {looked_up(hand_made::cells_map, 0), {build::load(Width::b8, Reg::r0, Reg::r0, 24), build::exit()}});
  EXPECT_EQ(result(found), 400U);
  EXPECT_EQ(result(joined({looked_up(hand_made::cells_map, 1), {build::exit()}})), 0U);
}

TEST(InterpreterHelper, LookupOfWhatIsNoArrayMapIsABadPointer) {
  const std::vector<Code> wrong = {
      joined({looked_up(hand_made::prog_array_map, 0), {build::exit()}}),
      joined({load_map_value(Reg::r1, 2, 0),
              {build::mov(Reg::r2, Reg::r1), build::call_helper(1), build::exit()}}),
      joined({load_map(Reg::r1, 2), {build::mov(Reg::r2, 0), build::call_helper(1), build::exit()}}),
  };
  for (const Code& code : wrong) EXPECT_EQ(observed(code).fault.kind, "bad pointer");
}

TEST(InterpreterHelper, TimeAndRandomCountTheirOwnCallsFromTheRunsStart) {
  // Two calls of each; r0 is the second value of one of them.
  const Code second_time = {build::call_helper(7), build::call_helper(5), build::call_helper(5), build::exit()};
  const Code second_random = {build::call_helper(5), build::call_helper(7), build::call_helper(7),
                              build::exit()};
  bpf::Lowered scenario = hand_made::lowered({second_time, second_random});
  scenario.events = {hand_made::run_of(0), hand_made::run_of(1), hand_made::run_of(0)};
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  const Observation& seen = interpreter->run_one(scenario);
  EXPECT_EQ(seen.runs.at(0).return_value, bpf::time_value(1));
  EXPECT_EQ(seen.runs.at(1).return_value, bpf::random_value(42, 1));
  EXPECT_EQ(seen.runs.at(2).return_value, bpf::time_value(1));
}

TEST(InterpreterHelper, ClobbersR1ToR5AndKeepsTheRest) {
  for (const std::int32_t helper : {1, 5, 7}) {
    for (const Reg each : arguments) {
      Code code = looked_up(hand_made::cells_map, 0);
      code.pop_back();
      if (each > Reg::r2) code.push_back(build::mov(each, 5));
      code = joined({code, {build::mov(Reg::r6, each), build::call_helper(helper)}});
      code =
          joined({code, {build::mov(Reg::r0, each), build::alu(AluOp::sub, Reg::r0, Reg::r6), build::exit()}});
      EXPECT_NE(result(code), 0U) << helper;
    }
    EXPECT_EQ(result(joined(
                  {{build::mov(Reg::r6, 5)}, looked_up(2, 0), {build::mov(Reg::r0, Reg::r6), build::exit()}})),
              5U);
  }
}

// --- tail calls ----------------------------------------------------------------------------------------------

/// tail_call(r1, prog_array, index); r1 must still be the context.
Code tail_call(std::uint64_t index) {
  return joined(
      {load_map(Reg::r2, hand_made::prog_array_map), load_value(Reg::r3, index), {build::call_helper(12)}});
}

/// Adds one to a cell; r1 and r6 to r9 stay.
Code counted(std::int32_t cell) {
  return joined({load_map_value(Reg::r4, hand_made::cells_map, 8 * cell),
                 {build::load(Width::b8, Reg::r5, Reg::r4, 0), build::alu(AluOp::add, Reg::r5, 1),
                  build::store(Width::b8, Reg::r4, 0, Reg::r5)}});
}

/// Counts its entries in cell 0, tail-calls slot 0 and counts in cell 1 when that is refused.
Code chain_link() {
  return joined({counted(0), tail_call(0), counted(1), {build::mov(Reg::r0, 3), build::exit()}});
}

std::vector<std::uint64_t> cells_after(bpf::Lowered scenario,
                                       const bpf::Profile& profile = bpf::profile_linux()) {
  scenario.maps[hand_made::cells_map].words.assign(hand_made::cell_count, 0);
  const RunObservation seen = observed(scenario, profile);
  EXPECT_EQ(seen.status, RunStatus::finished) << seen.fault.kind << " at " << seen.fault.pc;
  return seen.cells;
}

TEST(InterpreterTailCall, ThirtyThreeSucceedAndTheNextFallsThrough) {
  const bpf::Lowered scenario = hand_made::lowered({chain_link()}, {{0, 0}});
  EXPECT_EQ(cells_after(scenario), (std::vector<std::uint64_t>{34, 1, 0, 0}));
  EXPECT_EQ(result(scenario), 3U);
}

RC_GTEST_PROP(InterpreterTailCall, TheProfilesLimitIsTheNumberTaken, ()) {
  const bpf::Profile profile{.name = "test", .limit = *rc::gen::inRange<std::uint32_t>(0, 200)};
  const auto seen = cells_after(hand_made::lowered({chain_link()}, {{0, 0}}), profile);
  RC_ASSERT(seen[0] == profile.limit + 1);
  RC_ASSERT(seen[1] == 1U);
}

/// A main that calls this twice: the hierarchy that a count by value does not bound.
TEST(InterpreterTailCall, AllCallsOfAContextShareOneCount) {
  const Code link = joined({tail_call(0), {build::mov(Reg::r0, 0), build::exit()}});
  const Code twice = joined({counted(0),
                             {build::mov(Reg::r6, Reg::r1), build::call_local(4), build::mov(Reg::r1, Reg::r6),
                              build::call_local(2), build::mov(Reg::r0, 0), build::exit()},
                             link});
  EXPECT_EQ(cells_after(hand_made::lowered({twice}, {{0, 0}}))[0], 34U);
}

RC_GTEST_PROP(InterpreterTailCall, AnIndexOutOfRangeFallsThroughAtNoCost, ()) {
  const auto index = *rc::gen::suchThat(words::any_word(), [](std::uint64_t word) {
    return static_cast<std::uint32_t>(word) >= hand_made::slot_count;
  });
  Code code = joined({counted(0), {build::mov(Reg::r6, Reg::r1)}, tail_call(index), counted(2)});
  code = joined({code, {build::mov(Reg::r1, Reg::r6)}, tail_call(0), {build::exit()}});
  const auto seen = cells_after(hand_made::lowered({code}, {{0, 0}}));
  RC_ASSERT(seen[0] == 34U);
  RC_ASSERT(seen[2] == 34U);
}

TEST(InterpreterTailCall, TheIndexIsTheLowHalfOfR3) {
  const Code code = joined({tail_call(0xffffffff00000001), {build::mov(Reg::r0, 0), build::exit()}});
  EXPECT_EQ(result(hand_made::lowered({code, {build::mov(Reg::r0, 8), build::exit()}}, {{1, 1}})), 8U);
}

TEST(InterpreterTailCall, AnEmptySlotFallsThroughAndCostsWhatTheProfileSays) {
  Code code = joined({counted(0), {build::mov(Reg::r6, Reg::r1)}, tail_call(3), counted(2)});
  code = joined({code, {build::mov(Reg::r1, Reg::r6)}, tail_call(0), {build::mov(Reg::r0, 0), build::exit()}});
  const bpf::Lowered scenario = hand_made::lowered({code}, {{0, 0}});
  EXPECT_EQ(cells_after(scenario, bpf::profile_linux())[0], 34U);
  // Two a link: the 17th attempt on slot 0 finds 33 used (16 taken, 17 empty).
  EXPECT_EQ(cells_after(scenario, bpf::profile_linux_6_1())[0], 17U);
}

TEST(InterpreterTailCall, OtherCostsOfAProfileAreCharged) {
  Code code = joined({counted(0),
                      {build::mov(Reg::r6, Reg::r1)},
                      tail_call(hand_made::slot_count),
                      {build::mov(Reg::r1, Reg::r6)}});
  code = joined({code, tail_call(0), {build::mov(Reg::r0, 0), build::exit()}});
  const bpf::Profile profile{.name = "test", .limit = 10, .cost_out_of_range = 4};
  // 4, taken 5, 9, taken 10, over: three entries.
  EXPECT_EQ(cells_after(hand_made::lowered({code}, {{0, 0}}), profile)[0], 3U);
}

TEST(InterpreterTailCall, EachRunOpensAContextOfItsOwn) {
  bpf::Lowered scenario = hand_made::lowered({chain_link()}, {{0, 0}});
  scenario.events = {bpf::Run{}, bpf::Run{}};
  const auto interpreter = engine::make_interpreter(bpf::profile_linux());
  const Observation& seen = interpreter->run_one(scenario);
  EXPECT_EQ(seen.runs.at(0).cells[0], 134U);
  EXPECT_EQ(seen.runs.at(1).cells[0], 168U);
}

TEST(InterpreterTailCall, TheTargetFindsAFreshFrameTheContextAndNothingElse) {
  const Code caller =
      joined({{build::store(Width::b8, Reg::r10, -8, 0), build::mov(Reg::r6, 0), build::mov(Reg::r7, Reg::r1)},
              tail_call(1),
              {build::exit()}});
  const Code frame = {build::load(Width::b8, Reg::r0, Reg::r10, -8), build::exit()};
  const Code left_over = {build::mov(Reg::r0, Reg::r6), build::exit()};
  const Code context = {build::load(Width::b8, Reg::r0, Reg::r1, 0), build::exit()};
  EXPECT_NE(result(hand_made::lowered({caller, frame}, {{1, 1}})), 0U);
  EXPECT_NE(result(hand_made::lowered({caller, left_over}, {{1, 1}})), 0U);
  EXPECT_EQ(result(hand_made::lowered({caller, context}, {{1, 1}})), 0U);
}

TEST(InterpreterTailCall, TheTargetReturnsToTheCallerOfWhoMadeTheCall) {
  // main: r6 = 1000, its frame holds 20; the subprogram tail-calls program 1, which spoils all it can.
  const Code main =
      joined({{build::mov(Reg::r6, 1000), build::store(Width::b8, Reg::r10, -8, 20), build::call_local(4),
               build::load(Width::b8, Reg::r1, Reg::r10, -8), build::alu(AluOp::add, Reg::r0, Reg::r1),
               build::alu(AluOp::add, Reg::r0, Reg::r6), build::exit(), build::mov(Reg::r6, 5)},
              tail_call(1),
              {build::mov(Reg::r0, 0), build::exit()}});
  const Code target = {build::mov(Reg::r6, 9), build::store(Width::b8, Reg::r10, -8, 6), build::mov(Reg::r0, 3),
                       build::exit()};
  EXPECT_EQ(result(hand_made::lowered({main, target}, {{1, 1}})), 1023U);
}

TEST(InterpreterTailCall, ARefusedOneClobbersR0ToR5AndKeepsTheRest) {
  const Code zeros = {build::mov(Reg::r0, 0), build::mov(Reg::r4, 0), build::mov(Reg::r5, 0)};
  for (const Reg each : {Reg::r0, Reg::r1, Reg::r2, Reg::r3, Reg::r4, Reg::r5}) {
    Code code = joined({zeros, tail_call(0)});
    code.insert(code.end() - 1, build::mov(Reg::r6, each));
    code = joined({code, {build::mov(Reg::r0, each), build::alu(AluOp::sub, Reg::r0, Reg::r6), build::exit()}});
    EXPECT_NE(result(code), 0U) << int{build::num(each)};
  }
  EXPECT_EQ(
      result(joined({{build::mov(Reg::r6, 5)}, tail_call(0), {build::mov(Reg::r0, Reg::r6), build::exit()}})),
      5U);
}

TEST(InterpreterTailCall, AFaultIsCountedInTheProgramThatRuns) {
  // Program 0 calls a subprogram that tail-calls program 1; back in program 0, slot 1 faults.
  Code main = {build::call_local(2), build::load(Width::b8, Reg::r0, Reg::r9, 0), build::exit()};
  main = joined({main, tail_call(1), {build::exit()}});
  const Code sound = {build::mov(Reg::r0, 0), build::exit()};
  const Code faulty = {build::mov(Reg::r0, 0), build::mov(Reg::r0, 0),
                       build::load(Width::b8, Reg::r0, Reg::r0, 0)};
  EXPECT_EQ(observed(hand_made::lowered({main, sound}, {{1, 1}})).fault.pc, 1U);
  EXPECT_EQ(observed(hand_made::lowered({main, faulty}, {{1, 1}})).fault.pc, 2U);
}

TEST(InterpreterTailCall, OneWithoutAProgArrayIsABadPointer) {
  for (const Code& wrong : {load_map(Reg::r2, hand_made::cells_map), load_value(Reg::r2, 0),
                            load_map_value(Reg::r2, hand_made::cells_map, 0)}) {
    const RunObservation seen = observed(joined({wrong, {build::mov(Reg::r3, 0), build::call_helper(12)}}));
    EXPECT_EQ(seen.status, RunStatus::fault);
    EXPECT_EQ(seen.fault.kind, "bad pointer");
    EXPECT_EQ(seen.fault.pc, 3U);
  }
}

}  // namespace
}  // namespace tailbound

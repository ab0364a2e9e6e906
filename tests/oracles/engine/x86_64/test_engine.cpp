// The native engine: the same answers as the interpreter, and faults that are observations.
#include "oracles/engine/x86_64/engine.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/graph.hpp"
#include "oracles/check/checks.hpp"
#include "tests/jit/bpf/random_insn.hpp"
#include "tests/oracles/engine/hand_made.hpp"

namespace tailbound::test {

namespace {

using namespace bpf;
using namespace bpf::testing;
using hand_made::Code;

engine::Engine& native(const char* scheme = "pointer") {
  static auto pointer = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  static auto by_value = engine::make_x86_64({.scheme = x86_64::find_scheme("by-value"), .options = {}});
  return std::string_view(scheme) == "pointer" ? *pointer : *by_value;
}

/// A hand-made program has no sites or depth in its record; the JIT needs the depth.
Lowered with_stack(Lowered lowered, std::uint16_t bytes) {
  for (Bytecode& program : lowered.programs) program.functions[0].stack_depth = bytes;
  return lowered;
}

RunObservation run_native(const Code& code, std::chrono::milliseconds limit = std::chrono::milliseconds(200)) {
  const auto engine =
      engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}, .time_limit = limit});
  const Observation& seen = engine->run_one(with_stack(hand_made::lowered({code}), 64));
  EXPECT_EQ(seen.unavailable, "");
  return seen.runs.at(0);
}

// --- whole scenarios ---

RC_GTEST_PROP(X86Engine, ShowsWhatTheInterpreterShows, ()) {
  const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 16));
  const Lowered lowered = lower(decode_scenario(bytes));
  const auto interpreter = engine::make_interpreter(profile_linux());
  const Observation& want = interpreter->run_one(lowered);
  const Observation& got = native().run_one(lowered);
  RC_PRE(got.unavailable.empty());
  RC_PRE(want.unavailable.empty());
  RC_ASSERT(check::ended(got).detail == "");
  RC_ASSERT(check::frame_balance(got).detail == "");
  RC_ASSERT(check::same_behaviour(want, got, true).detail == "");
}

TEST(X86Engine, TheSameScenarioTwiceGivesTheSame) {
  const auto scenario = parse_graph(
      "array a[1] { 0: p }\nprogram p { call f; helper random; call f; return 1; "
      "subprog f { stack 12; keep r7 r8; tail_call a[data 0]; return 0 } }\nrun p\ndelete a[0]\nrun p\n");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
  const Lowered lowered = lower(*scenario);
  const Observation first = native().run_one(lowered);
  const Observation& second = native().run_one(lowered);
  EXPECT_EQ(check::same_behaviour(first, second, true).detail, "");
  EXPECT_EQ(first.runs.at(0).tail_calls(first.layout), 33U);
  EXPECT_EQ(first.runs.at(1).tail_calls(first.layout), 0U);
}

TEST(X86Engine, SlotChangesAtEntriesNeedAFunctionThatBeginsAsLoweredOnesDo) {
  Lowered lowered = hand_made::lowered({{build::mov(Reg::r0, 0), build::exit()}});
  const SetSlot change{.array = 0, .index = 0, .program = std::nullopt};
  lowered.events = {AtEntry{.function = {0, 0}, .count = 1, .change = change}, hand_made::run_of(0)};
  const Observation& seen = native().run_one(lowered);
  EXPECT_EQ(seen.unavailable, "a slot change at the entry of a function that does not begin as lowered ones do");
  EXPECT_TRUE(seen.runs.empty());
}

TEST(X86Engine, SlotChangesAtSeveralEntriesOfOneFunctionEachComeOnce) {
  for (const std::uint64_t fuel : {3U, 4U, 9U, 200U}) {
    const auto scenario = parse_graph(
        "array a[2] { 0: p }\nprogram p { call f; return 1; subprog f { keep r6 r7; tail_call a[0]; tail_call a[1]; "
        "return 0 } }\nprogram q { return 5 }\n");
    ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
    Scenario changing = *scenario;
    changing.fuel = fuel;
    const auto at = [](FunctionRef function, std::uint32_t count, SetSlot change) {
      return Event{AtEntry{.function = function, .count = count, .change = change}};
    };
    changing.events = {at({0, 1}, 2, {0, 0, std::nullopt}), at({0, 1}, 2, {0, 1, 0}), at({0, 1}, 5, {0, 1, 1}),
                       at({0, 0}, 4, {0, 0, 1}), hand_made::run_of(0), hand_made::run_of(0)};
    const Lowered lowered = lower(changing);
    const auto interpreter = engine::make_interpreter(profile_linux());
    const Observation& want = interpreter->run_one(lowered);
    const Observation& got = native().run_one(lowered);
    ASSERT_EQ(got.unavailable, "");
    EXPECT_EQ(check::ended(got).detail, "");
    EXPECT_EQ(check::same_behaviour(want, got, true).detail, "") << "fuel " << fuel;
  }
}

TEST(X86Engine, ManyScenariosWrapRoundTheCodeMemory) {
  const auto scenario = parse_graph(
      "array a[1] { 0: p }\nprogram p { call f; call f; return 7; subprog f { tail_call a[0]; return 0 } "
      "}\nrun p\n");
  ASSERT_TRUE(scenario.has_value());
  const Lowered lowered = lower(*scenario);
  for (int i = 0; i < 5000; ++i) {
    const RunObservation& run = native().run_one(lowered).runs[0];
    ASSERT_EQ(run.return_value, 7U) << "time " << i;
    ASSERT_EQ(run.ledger[LedgerLayout::total], 102U) << "time " << i;
  }
}

// --- helpers ---

/// update(cells, key, value, flags), then what a lookup of entry 0 gives, together with what the update
/// answered.
Code update_then_look(std::uint32_t key, std::int32_t flags) {
  return hand_made::joined(
      {{build::store(Width::b4, Reg::r10, -8, static_cast<std::int32_t>(key)),
        build::store(Width::b8, Reg::r10, -40, 11), build::store(Width::b8, Reg::r10, -32, 22),
        build::store(Width::b8, Reg::r10, -24, 33), build::store(Width::b8, Reg::r10, -16, 44)},
       hand_made::load_map(Reg::r1, hand_made::cells_map),
       {build::mov(Reg::r2, Reg::r10), build::alu(AluOp::add, Reg::r2, -8), build::mov(Reg::r3, Reg::r10),
        build::alu(AluOp::add, Reg::r3, -40), build::mov(Reg::r4, flags), build::call_helper(2),
        build::mov(Reg::r6, Reg::r0)},
       hand_made::load_map_value(Reg::r1, hand_made::cells_map, 24),
       {build::load(Width::b8, Reg::r0, Reg::r1, 0), build::alu(AluOp::mul, Reg::r6, 1000),
        build::alu(AluOp::add, Reg::r0, Reg::r6), build::exit()}});
}

TEST(X86Engine, AnUpdateWritesOrAnswersAsTheKernelDoes) {
  struct Row {
    std::uint32_t key;
    std::int32_t flags;
    std::int64_t want;  // answer * 1000 + the last cell
  };
  // One entry of four words; cells start with 100 … 400.
  for (const Row& row : {Row{0, 0, 44}, Row{0, 2, 44}, Row{1, 0, -7000 + 400}, Row{0, 1, -17000 + 400},
                         Row{0, 3, -22000 + 400}, Row{1, 3, -22000 + 400}}) {
    const Lowered lowered = with_stack(hand_made::lowered({update_then_look(row.key, row.flags)}), 40);
    EXPECT_EQ(static_cast<std::int64_t>(hand_made::observed_again(lowered).return_value), row.want)
        << "interpreter";
    EXPECT_EQ(static_cast<std::int64_t>(native().run_one(lowered).runs.at(0).return_value), row.want)
        << "x86_64";
  }
}

// --- faults ---

TEST(X86Engine, ABadAddressIsAFault) {
  const RunObservation run = run_native(hand_made::joined(
      {hand_made::load_value(Reg::r1, 0x1000), {build::load(Width::b8, Reg::r0, Reg::r1, 0), build::exit()}}));
  EXPECT_EQ(run.status, RunStatus::fault);
  EXPECT_EQ(run.fault.kind, "SIGSEGV");
  EXPECT_EQ(run.fault.address, 0x1000U);
}

TEST(X86Engine, AnEndlessLoopIsATimeout) {
  const RunObservation run = run_native({build::go_to(-1), build::exit()});
  EXPECT_EQ(run.status, RunStatus::timeout);
}

TEST(X86Engine, StackOverflowHitsTheGuardAndIsAFault) {
  const RunObservation run = run_native({build::mov(Reg::r0, 0), build::call_local(-2), build::exit()});
  EXPECT_EQ(run.status, RunStatus::fault);
}

TEST(X86Engine, GoesOnAfterAFault) {
  for (int i = 0; i < 10000; ++i) {
    const auto bad = hand_made::joined(
        {hand_made::load_value(Reg::r1, 0x10), {build::store(Width::b8, Reg::r1, 0, 1), build::exit()}});
    ASSERT_EQ(native().run_one(hand_made::lowered({bad})).runs.at(0).status, RunStatus::fault);
    ASSERT_EQ(
        native().run_one(hand_made::lowered({{build::mov(Reg::r0, 5), build::exit()}})).runs.at(0).return_value,
        5U);
  }
}

TEST(X86Engine, AWriteAboveTheEntryFrameIsSeen) {
  // [r10 + 16] is the word above the return address.
  const RunObservation run =
      run_native({build::store(Width::b8, Reg::r10, 16, 1), build::mov(Reg::r0, 0), build::exit()});
  EXPECT_EQ(run.status, RunStatus::finished);
  EXPECT_FALSE(run.frame.canaries);
}

TEST(X86Engine, AClobberedCalleeSavedRegisterIsSeen) {
  // [r10] is the saved rbp of the entry stub.
  const RunObservation run =
      run_native({build::store(Width::b8, Reg::r10, 0, 1), build::mov(Reg::r0, 0), build::exit()});
  EXPECT_FALSE(run.frame.callee_saved);
}

TEST(X86Engine, RefusesByNameWhatItDoesNotCompile) {
  const Observation& seen = native().run_one(hand_made::lowered(
      {{build::mov(Reg::r0, 0), build::mov(Reg::r1, 1), build::call_helper(6), build::exit()}}));
  EXPECT_EQ(seen.unavailable, "program 0: insn 2: a call of helper 6 is not compiled by x86_64");
}

TEST(X86Engine, ByValueExceedsTheBound) {
  const auto scenario = parse_graph(
      "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } "
      "}\nrun p\n");
  ASSERT_TRUE(scenario.has_value());
  EXPECT_EQ(check::bound(native("by-value").run_one(lower(*scenario)), 33).property, Property::bound);
  EXPECT_EQ(check::bound(native().run_one(lower(*scenario)), 33).outcome, Outcome::agree);
}

}  // namespace

}  // namespace tailbound::test

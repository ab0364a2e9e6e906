// Every instruction that x86_64 and arm64 compile, held against the interpreter: edgy operands, all registers,
// offsets and immediates; what faults on one faults on the other.
#include <gtest/gtest.h>
// gtest first
#include <rapidcheck/gtest.h>

#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "tests/insns/step_program.hpp"

namespace tailbound::test {

namespace {

using insns::Draw;
using insns::StepProgram;

engine::Engine& interpreter() {
  static const auto engine = engine::make_interpreter(bpf::profile_linux());
  return *engine;
}
engine::Engine& x86_64_engine() {
  static const auto engine = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  return *engine;
}
engine::Engine& arm64_engine() {
  static const auto engine = engine::make_arm64({.scheme = arm64::find_scheme("pointer"), .options = {}});
  return *engine;
}

/// Those that run here; the test Instructions.OnBothArches says which do not.
std::vector<engine::Engine*> natives() {
  std::vector<engine::Engine*> all;
  for (engine::Engine* const engine : {&x86_64_engine(), &arm64_engine()}) {
    if (!engine->unavailable()) all.push_back(engine);
  }
  return all;
}

/// Empty, or the first difference.
std::string compared(const StepProgram& program) {
  const RunObservation want = interpreter().run_one(program.lowered).runs.at(0);
  for (engine::Engine* const engine : natives()) {
    const Observation& got = engine->run_one(program.lowered);
    if (!got.unavailable.empty()) return engine->identity().name + " is unavailable: " + got.unavailable;
    const std::string difference = insns::difference(program, want, got.runs.at(0));
    if (!difference.empty()) return engine->identity().name + ": " + difference;
  }
  return "";
}

TEST(Instructions, OnBothArches) {
  ASSERT_FALSE(natives().empty());
  for (const engine::Engine* const engine : {&x86_64_engine(), &arm64_engine()}) {
    if (const auto why = engine->unavailable()) GTEST_SKIP() << engine->identity().name << ": " << *why;
  }
}

RC_GTEST_PROP(Instructions, AnyOneIsTheInterpreters, ()) {
  Draw draw(*rc::gen::arbitrary<std::uint64_t>());
  StepProgram program;
  for (int i = 0; i < 20; ++i) {
    program.make(draw, insns::draw_step(draw));
    RC_ASSERT(compared(program) == "");
  }
}

RC_GTEST_PROP(Instructions, AnySequenceIsTheInterpreters, ()) {
  Draw draw(*rc::gen::arbitrary<std::uint64_t>());
  StepProgram program;
  program.make(draw, 1 + draw.below(30), draw.one_in(3));
  RC_ASSERT(compared(program) == "");
}

TEST(Instructions, EveryRowOfTheTableManyTimes) {
  Draw draw(1);
  StepProgram program;
  for (const bpf::InsnRow* row : insns::stepped_rows()) {
    for (int i = 0; i < 150; ++i) {
      program.make(draw, insns::draw_step(draw, *row));
      ASSERT_EQ(compared(program), "") << row->mnemonic;
    }
  }
}

TEST(Instructions, ABadAddressIsAFaultOfBoth) {
  Draw draw(2);
  StepProgram program;
  for (int i = 0; i < 2000; ++i) {
    program.make(draw, insns::draw_bad_step(draw));
    ASSERT_EQ(interpreter().run_one(program.lowered).runs.at(0).status, RunStatus::fault)
        << describe(program.steps[0]);
    ASSERT_EQ(compared(program), "");
  }
}

/// The steps must be able to tell engines apart: here the interpreter runs another instruction.
TEST(Instructions, ADifferentInstructionIsSeen) {
  Draw draw(3);
  StepProgram ours;
  StepProgram theirs;
  insns::Step step =
      insns::draw_step(draw, *bpf::find_row(bpf::build::alu(bpf::AluOp::add, bpf::Reg::r1, bpf::Reg::r2)));
  step.insn.dst = 3;
  step.insn.src = 4;
  step.src = 5;
  Draw registers(4);
  Draw same_registers(4);
  ours.make(registers, step);
  step.insn.opcode = bpf::build::alu(bpf::AluOp::sub, bpf::Reg::r1, bpf::Reg::r2).opcode;
  theirs.make(same_registers, step);
  const std::string text = insns::difference(ours, interpreter().run_one(theirs.lowered).runs.at(0),
                                             natives().at(0)->run_one(ours.lowered).runs.at(0));
  EXPECT_NE(text.find("r3 += r4 (add64_reg)"), std::string::npos) << text;
}

// --- the given context ---

bpf::Lowered with_context(std::vector<bpf::Insn> code, std::vector<std::uint8_t> bytes, bool writable) {
  StepProgram frame;
  bpf::Lowered lowered = std::move(frame.lowered);
  lowered.programs[0] = bpf::from_insns(code).value();
  lowered.context = bpf::GivenContext{.bytes = std::move(bytes), .writable = writable, .packet = std::nullopt};
  return lowered;
}

class GivenContext : public testing::TestWithParam<engine::Engine* (*)()> {
 protected:
  void SetUp() override {
    if (const auto why = GetParam()()->unavailable()) GTEST_SKIP() << *why;
  }
  RunObservation run(const bpf::Lowered& lowered) {
    const Observation& seen = GetParam()()->run_one(lowered);
    EXPECT_EQ(seen.unavailable, "");
    return seen.runs.at(0);
  }
};

using namespace bpf::build;
using bpf::Reg;
using bpf::Width;

TEST_P(GivenContext, R1IsItsAddressAndR2ItsLength) {
  const auto lowered = with_context({load(Width::b1, Reg::r0, Reg::r1, 2), alu(bpf::AluOp::lsh, Reg::r0, 8),
                                     alu(bpf::AluOp::add, Reg::r0, Reg::r2), exit()},
                                    {1, 2, 3}, false);
  EXPECT_EQ(run(lowered).return_value, 0x303U);
  EXPECT_EQ(run(with_context({mov(Reg::r0, Reg::r1), exit()}, {1}, false)).return_value,
            bpf::given_context_address);
}

TEST_P(GivenContext, WithoutBytesBothAreZero) {
  const auto lowered =
      with_context({mov(Reg::r0, Reg::r1), alu(bpf::AluOp::bit_or, Reg::r0, Reg::r2), exit()}, {}, true);
  EXPECT_EQ(run(lowered).return_value, 0U);
}

TEST_P(GivenContext, EveryRunFindsItFresh) {
  auto lowered = with_context({load(Width::b1, Reg::r0, Reg::r1, 0), store(Width::b1, Reg::r1, 0, 9), exit()},
                              {5, 6}, true);
  lowered.events.push_back(bpf::Run{0, {}});
  const Observation& seen = GetParam()()->run_one(lowered);
  ASSERT_EQ(seen.runs.size(), 2U);
  for (const RunObservation& each : seen.runs) {
    EXPECT_EQ(each.return_value, 5U);
    EXPECT_EQ(each.context, (std::vector<std::uint8_t>{9, 6}));
  }
}

TEST_P(GivenContext, AWriteIsAFaultWhereItIsReadOnly) {
  const std::vector<bpf::Insn> code = {store(Width::b1, Reg::r1, 0, 9), mov(Reg::r0, 0), exit()};
  EXPECT_EQ(run(with_context(code, {5}, false)).status, RunStatus::fault);
  EXPECT_EQ(run(with_context(code, {5}, true)).status, RunStatus::finished);
}

TEST_P(GivenContext, BehindItsLastPageThereIsNothing) {
  const std::vector<bpf::Insn> code = {load(Width::b1, Reg::r0, Reg::r1, 8192), exit()};
  EXPECT_EQ(run(with_context(code, std::vector<std::uint8_t>(8192), true)).status, RunStatus::fault);
  EXPECT_EQ(run(with_context(code, std::vector<std::uint8_t>(8193), true)).status, RunStatus::finished);
}

INSTANTIATE_TEST_SUITE_P(Engines, GivenContext,
                         testing::Values([] { return &interpreter(); }, [] { return &x86_64_engine(); },
                                         [] { return &arm64_engine(); }),
                         [](const auto& row) { return row.param()->identity().name; });

}  // namespace

}  // namespace tailbound::test

// The interpreter's jumps: conditions, distances and targets.
#include <cstdint>
#include <functional>
#include <string_view>

#include <gtest/gtest.h>
// gtest first
#include <rapidcheck/gtest.h>

#include "tests/oracles/engine/hand_made.hpp"
#include "tests/oracles/engine/words.hpp"

namespace tailbound {
namespace {

namespace build = bpf::build;
using bpf::Insn;
using bpf::JumpOp;
using bpf::Reg;
using hand_made::Code;
using hand_made::observed;

/// `holds` compares both sides as unsigned numbers.
struct Row {
  std::string_view name;
  JumpOp op;
  bool is_signed;
  std::function<bool(std::uint64_t, std::uint64_t)> holds;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"jeq", JumpOp::jeq, false, std::equal_to<>()},
      {"jne", JumpOp::jne, false, std::not_equal_to<>()},
      {"jgt", JumpOp::jgt, false, std::greater<>()},
      {"jge", JumpOp::jge, false, std::greater_equal<>()},
      {"jlt", JumpOp::jlt, false, std::less<>()},
      {"jle", JumpOp::jle, false, std::less_equal<>()},
      {"jsgt", JumpOp::jsgt, true, std::greater<>()},
      {"jsge", JumpOp::jsge, true, std::greater_equal<>()},
      {"jslt", JumpOp::jslt, true, std::less<>()},
      {"jsle", JumpOp::jsle, true, std::less_equal<>()},
      {"jset", JumpOp::jset, false, [](std::uint64_t a, std::uint64_t b) { return (a & b) != 0; }},
  };
  return all;
}

/// Signed order is unsigned order once both sign bits are flipped.
bool expected(const Row& row, unsigned bits, std::uint64_t left, std::uint64_t right) {
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : 0xffffffffU;
  const std::uint64_t flip = row.is_signed ? std::uint64_t{1} << (bits - 1) : 0;
  return row.holds((left & mask) ^ flip, (right & mask) ^ flip);
}

Insn narrowed(Insn insn, unsigned bits) {
  if (bits == 32)
    insn.opcode = static_cast<std::uint8_t>((insn.opcode & ~bpf::opcode::class_mask) | bpf::opcode::jmp32);
  return insn;
}

bool taken(Insn insn, std::uint64_t left, std::uint64_t right) {
  const Code code = hand_made::joined({hand_made::load_value(Reg::r1, left),
                                       hand_made::load_value(Reg::r2, right),
                                       {build::mov(Reg::r0, 1), insn, build::mov(Reg::r0, 0), build::exit()}});
  const RunObservation& seen = hand_made::observed_again(hand_made::lowered({code}));
  EXPECT_EQ(seen.status, RunStatus::finished) << seen.fault.kind;
  return seen.return_value == 1;
}

RC_GTEST_PROP(InterpreterJump, RegisterFormsCompareAtTheirWidth, ()) {
  const auto row = *rc::gen::elementOf(rows());
  const auto bits = *rc::gen::element(32U, 64U);
  const auto left = *words::any_word();
  const auto right = *rc::gen::oneOf(words::any_word(), rc::gen::just(left));
  RC_LOG() << row.name << bits << "\n";
  RC_ASSERT(taken(narrowed(build::jump(row.op, Reg::r1, Reg::r2, 1), bits), left, right) ==
            expected(row, bits, left, right));
}

RC_GTEST_PROP(InterpreterJump, ImmediatesAreSignExtended, ()) {
  const auto row = *rc::gen::elementOf(rows());
  const auto bits = *rc::gen::element(32U, 64U);
  const auto imm = *words::any_imm();
  const auto right = static_cast<std::uint64_t>(static_cast<std::int64_t>(imm));
  const auto left = *rc::gen::oneOf(words::any_word(), rc::gen::just(right));
  RC_LOG() << row.name << bits << "\n";
  RC_ASSERT(taken(narrowed(build::jump(row.op, Reg::r1, imm, 1), bits), left, 0) ==
            expected(row, bits, left, right));
}

TEST(InterpreterJump, EveryConditionOnEveryPairOfEdges) {
  for (const Row& row : rows()) {
    for (const unsigned bits : {32U, 64U}) {
      for (const std::uint64_t left : words::edges()) {
        for (const std::uint64_t right : words::edges()) {
          ASSERT_EQ(taken(narrowed(build::jump(row.op, Reg::r1, Reg::r2, 1), bits), left, right),
                    expected(row, bits, left, right))
              << row.name << bits << " " << std::hex << left << " " << right;
        }
      }
    }
  }
}

TEST(InterpreterJump, ThirtyTwoBitComparisonsDropTheUpperHalf) {
  const Insn equal = build::jump(JumpOp::jeq, Reg::r1, 5, 1);
  EXPECT_TRUE(taken(narrowed(equal, 32), 0x100000005, 0));
  EXPECT_FALSE(taken(equal, 0x100000005, 0));
}

TEST(InterpreterJump, GoesBack) {
  // r0 counts to 10.
  const RunObservation seen = observed({build::mov(Reg::r0, 0), build::alu(bpf::AluOp::add, Reg::r0, 1),
                                        build::jump(JumpOp::jlt, Reg::r0, 10, -2), build::exit()});
  EXPECT_EQ(seen.status, RunStatus::finished);
  EXPECT_EQ(seen.return_value, 10U);
}

TEST(InterpreterJump, TheLongJumpReachesBeyondSixteenBits) {
  constexpr std::int32_t distance = 40'000;
  Code code = {build::mov(Reg::r0, 7), Insn{bpf::opcode::ja32, 0, 0, 0, distance}};
  code.resize(code.size() + distance, build::mov(Reg::r0, 9));
  code.push_back(Insn{bpf::opcode::ja32, 0, 0, 0, -distance});
  code.push_back(build::mov(Reg::r0, 9));
  code.push_back(build::exit());
  code[2] = build::exit();  // where a jump of no distance would end
  code[4] = build::exit();
  const RunObservation seen = observed(code);
  EXPECT_EQ(seen.status, RunStatus::finished);
  EXPECT_EQ(seen.return_value, 9U);  // back to slot 3
  code[3] = build::mov(Reg::r0, 5);
  EXPECT_EQ(observed(code).return_value, 5U);
}

TEST(InterpreterJump, ATargetOutsideTheProgramIsNoInstruction) {
  for (const Insn insn :
       {build::go_to(1), build::go_to(-3), build::go_to(32767), build::go_to(-32768),
        Insn{bpf::opcode::ja32, 0, 0, 0, 1}, Insn{bpf::opcode::ja32, 0, 0, 0, INT32_MIN},
        Insn{bpf::opcode::ja32, 0, 0, 0, INT32_MAX}, build::jump(JumpOp::jne, Reg::r0, 5, 1)}) {
    const RunObservation seen = observed({build::mov(Reg::r0, 0), insn, build::exit()});
    EXPECT_EQ(seen.status, RunStatus::fault) << insn.off << " " << insn.imm;
    EXPECT_EQ(seen.fault.kind, "bad instruction");
    EXPECT_EQ(seen.fault.pc, 1U);
  }
}

TEST(InterpreterJump, IntoTheMiddleOfATwoSlotLoadIsNoInstruction) {
  const RunObservation seen =
      observed(hand_made::joined({{build::go_to(1)}, hand_made::load_value(Reg::r0, 1), {build::exit()}}));
  EXPECT_EQ(seen.status, RunStatus::fault);
  EXPECT_EQ(seen.fault.kind, "bad instruction");
  EXPECT_EQ(seen.fault.pc, 2U);
}

}  // namespace
}  // namespace tailbound

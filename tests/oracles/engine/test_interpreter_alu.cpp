// The interpreter's arithmetic, against 128-bit arithmetic written here.
#include <array>
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
using bpf::AluOp;
using bpf::Insn;
using bpf::Reg;
using hand_made::Code;
__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

Wide power(unsigned exponent) { return Wide{1} << exponent; }

/// The value as a number of `bits` bits, signed or not.
Wide number(std::uint64_t value, unsigned bits, bool is_signed) {
  const Wide whole = static_cast<Wide>(value) & (power(bits) - 1);
  return is_signed && whole >= power(bits - 1) ? whole - power(bits) : whole;
}

/// Rounds down, also below zero.
Wide floor_divided(Wide value, Wide by) { return value >= 0 ? value / by : -((-value + by - 1) / by); }

struct Operands {
  std::uint64_t left, right;
  unsigned bits;
  Wide u_left() const { return number(left, bits, false); }
  Wide u_right() const { return number(right, bits, false); }
  Wide s_left() const { return number(left, bits, true); }
  Wide s_right() const { return number(right, bits, true); }
  unsigned amount() const { return static_cast<unsigned>(right % bits); }
};

struct Row {
  std::string_view name;
  AluOp op;
  std::int16_t off;
  std::function<Wide(const Operands&)> value;  // its low bits are the result
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"add", AluOp::add, 0, [](const Operands& o) { return o.u_left() + o.u_right(); }},
      {"sub", AluOp::sub, 0, [](const Operands& o) { return o.u_left() - o.u_right(); }},
      {"mul", AluOp::mul, 0,
       [](const Operands& o) {
         return static_cast<Wide>(static_cast<UnsignedWide>(o.u_left()) *
                                  static_cast<UnsignedWide>(o.u_right()));
       }},
      {"div", AluOp::div, 0, [](const Operands& o) { return o.u_right() == 0 ? 0 : o.u_left() / o.u_right(); }},
      {"sdiv", AluOp::div, 1,
       [](const Operands& o) { return o.s_right() == 0 ? 0 : o.s_left() / o.s_right(); }},
      {"mod", AluOp::mod, 0,
       [](const Operands& o) { return o.u_right() == 0 ? o.u_left() : o.u_left() % o.u_right(); }},
      {"smod", AluOp::mod, 1,
       [](const Operands& o) { return o.s_right() == 0 ? o.s_left() : o.s_left() % o.s_right(); }},
      // a + b == (a | b) + (a & b), and a ^ b is the one less the other
      {"or", AluOp::bit_or, 0, [](const Operands& o) { return o.u_left() + (o.u_right() & ~o.u_left()); }},
      {"and", AluOp::bit_and, 0, [](const Operands& o) { return o.u_left() - (o.u_left() & ~o.u_right()); }},
      {"xor", AluOp::bit_xor, 0,
       [](const Operands& o) { return o.u_left() + o.u_right() - 2 * (o.u_left() & o.u_right()); }},
      {"mov", AluOp::mov, 0, [](const Operands& o) { return o.u_right(); }},
      {"lsh", AluOp::lsh, 0,
       [](const Operands& o) {
         return static_cast<Wide>(static_cast<UnsignedWide>(o.u_left()) << o.amount());
       }},
      {"rsh", AluOp::rsh, 0, [](const Operands& o) { return o.u_left() / power(o.amount()); }},
      {"arsh", AluOp::arsh, 0, [](const Operands& o) { return floor_divided(o.s_left(), power(o.amount())); }},
  };
  return all;
}

std::uint64_t expected(const Row& row, const Operands& operands) {
  return static_cast<std::uint64_t>(row.value(operands) & (power(operands.bits) - 1));
}

/// r0 <op>= r2 and nothing else.
std::uint64_t computed(Insn insn, std::uint64_t left, std::uint64_t right) {
  const Code code = hand_made::joined(
      {hand_made::load_value(Reg::r0, left), hand_made::load_value(Reg::r2, right), {insn, build::exit()}});
  const RunObservation& seen = hand_made::observed_again(hand_made::lowered({code}));
  EXPECT_EQ(seen.status, RunStatus::finished) << seen.fault.kind;
  return seen.return_value;
}

Insn by_register(const Row& row, unsigned bits) {
  Insn insn = bits == 64 ? build::alu(row.op, Reg::r0, Reg::r2) : build::alu32(row.op, Reg::r0, Reg::r2);
  insn.off = row.off;
  return insn;
}
Insn by_immediate(const Row& row, unsigned bits, std::int32_t imm) {
  Insn insn = bits == 64 ? build::alu(row.op, Reg::r0, imm) : build::alu32(row.op, Reg::r0, imm);
  insn.off = row.off;
  return insn;
}

RC_GTEST_PROP(InterpreterAlu, RegisterFormsEqualWideArithmetic, ()) {
  const auto row = *rc::gen::elementOf(rows());
  const auto bits = *rc::gen::element(32U, 64U);
  const auto left = *words::any_word();
  const auto right = *words::any_word();
  RC_LOG() << row.name << bits << "\n";
  RC_ASSERT(computed(by_register(row, bits), left, right) == expected(row, {left, right, bits}));
}

RC_GTEST_PROP(InterpreterAlu, ImmediatesAreSignExtended, ()) {
  const auto row = *rc::gen::elementOf(rows());
  const auto bits = *rc::gen::element(32U, 64U);
  const auto left = *words::any_word();
  const auto imm = *words::any_imm();
  RC_LOG() << row.name << bits << "\n";
  const auto right = static_cast<std::uint64_t>(static_cast<std::int64_t>(imm));
  RC_ASSERT(computed(by_immediate(row, bits, imm), left, 0) == expected(row, {left, right, bits}));
}

RC_GTEST_PROP(InterpreterAlu, ThirtyTwoBitResultsClearTheUpperHalf, ()) {
  const auto row = *rc::gen::elementOf(rows());
  RC_ASSERT(computed(by_register(row, 32), *words::any_word(), *words::any_word()) <= 0xffffffffU);
}

TEST(InterpreterAlu, EveryOperationOnEveryPairOfEdges) {
  for (const Row& row : rows()) {
    for (const unsigned bits : {32U, 64U}) {
      for (const std::uint64_t left : words::edges()) {
        for (const std::uint64_t right : words::edges()) {
          ASSERT_EQ(computed(by_register(row, bits), left, right), expected(row, {left, right, bits}))
              << row.name << bits << " " << std::hex << left << " " << right;
        }
      }
    }
  }
}

// Written out as numbers, so that they do not lean on the arithmetic above.
struct Example {
  std::string_view name;
  AluOp op;
  unsigned bits;
  std::int16_t off;
  std::uint64_t left, right, result;
};

TEST(InterpreterAlu, ExamplesFromTheStandard) {
  constexpr std::uint64_t least64 = 0x8000000000000000, minus1 = 0xffffffffffffffff;
  const std::vector<Example> examples = {
      {"division by zero gives 0", AluOp::div, 64, 0, 5, 0, 0},
      {"signed division by zero gives 0", AluOp::div, 64, 1, minus1, 0, 0},
      {"modulo zero leaves all 64 bits", AluOp::mod, 64, 0, minus1, 0, minus1},
      {"32-bit modulo zero clears the upper half", AluOp::mod, 32, 0, minus1, 0, 0xffffffff},
      {"32-bit signed modulo zero likewise", AluOp::mod, 32, 1, minus1, 0, 0xffffffff},
      {"the least number by -1", AluOp::div, 64, 1, least64, minus1, least64},
      {"the least 32-bit number by -1", AluOp::div, 32, 1, 0x80000000, 0xffffffff, 0x80000000},
      {"the least number modulo -1", AluOp::mod, 64, 1, least64, minus1, 0},
      {"the least 32-bit number modulo -1", AluOp::mod, 32, 1, 0x80000000, 0xffffffff, 0},
      {"-13 / 3 truncates", AluOp::div, 64, 1, std::uint64_t(-13), 3, std::uint64_t(-4)},
      {"-13 % 3 has the sign of the left side", AluOp::mod, 64, 1, std::uint64_t(-13), 3, std::uint64_t(-1)},
      {"13 % -3 too", AluOp::mod, 64, 1, 13, std::uint64_t(-3), 1},
      {"unsigned division reads -1 as the most", AluOp::div, 64, 0, minus1, 2, 0x7fffffffffffffff},
      {"a shift by 64 is a shift by 0", AluOp::lsh, 64, 0, 3, 64, 3},
      {"a shift by 65 is a shift by 1", AluOp::lsh, 64, 0, 3, 65, 6},
      {"a 32-bit shift by 33 is a shift by 1", AluOp::rsh, 32, 0, 0xffffffff80000000, 33, 0x40000000},
      {"an arithmetic shift keeps the sign", AluOp::arsh, 64, 0, least64, 63, minus1},
      {"a 32-bit one keeps bit 31", AluOp::arsh, 32, 0, 0x80000000, 31, 0xffffffff},
  };
  for (const Example& each : examples) {
    const Row row{each.name, each.op, each.off, nullptr};
    EXPECT_EQ(computed(by_register(row, each.bits), each.left, each.right), each.result) << each.name;
  }
}

RC_GTEST_PROP(InterpreterAlu, NegationIsZeroMinusTheValue, ()) {
  const auto value = *words::any_word();
  RC_ASSERT(computed(build::alu(AluOp::neg, Reg::r0, 0), value, 0) + value == 0U);
  const std::uint64_t low = computed(build::alu32(AluOp::neg, Reg::r0, 0), value, 0);
  RC_ASSERT(low == ((power(32) - number(value, 32, false)) & 0xffffffff));
}

RC_GTEST_PROP(InterpreterAlu, MovesExtendTheSignOfTheirWidth, ()) {
  const auto value = *words::any_word();
  const auto width = *rc::gen::element(8U, 16U, 32U);
  const auto bits = width == 32 ? 64U : *rc::gen::element(32U, 64U);
  const Row row{"movsx", AluOp::mov, static_cast<std::int16_t>(width), nullptr};
  const auto result = static_cast<std::uint64_t>(number(value, width, true) & (power(bits) - 1));
  RC_ASSERT(computed(by_register(row, bits), 0, value) == result);
}

// --- byte order ----------------------------------------------------------------------------------------------

constexpr std::uint8_t to_little = 0xd4, to_big = 0xdc, swap = 0xd7;

Insn byte_order(std::uint8_t opcode, std::int32_t width) { return {opcode, 0, 0, 0, width}; }

std::uint64_t reversed(std::uint64_t value, int width) {
  std::uint64_t result = 0;
  for (int done = 0; done < width; done += 8) {
    result = result * 256 + value % 256;
    value /= 256;
  }
  return result;
}

RC_GTEST_PROP(InterpreterByteOrder, SwapsReverseTheBytesAndClearTheRest, ()) {
  const auto value = *words::any_word();
  const auto width = *rc::gen::element(16, 32, 64);
  const auto low = static_cast<std::uint64_t>(static_cast<Wide>(value) % power(static_cast<unsigned>(width)));
  RC_ASSERT(computed(byte_order(to_big, width), value, 0) == reversed(value, width));
  RC_ASSERT(computed(byte_order(swap, width), value, 0) == reversed(value, width));
  RC_ASSERT(computed(byte_order(to_little, width), value, 0) == low);
}

TEST(InterpreterByteOrder, Examples) {
  constexpr std::uint64_t value = 0x0123456789abcdef;
  EXPECT_EQ(computed(byte_order(to_big, 16), value, 0), 0xefcdU);
  EXPECT_EQ(computed(byte_order(to_big, 32), value, 0), 0xefcdab89U);
  EXPECT_EQ(computed(byte_order(swap, 64), value, 0), 0xefcdab8967452301U);
  EXPECT_EQ(computed(byte_order(to_little, 16), value, 0), 0xcdefU);
  EXPECT_EQ(computed(byte_order(to_little, 64), value, 0), value);
}

}  // namespace
}  // namespace tailbound

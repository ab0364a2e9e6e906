// Immediates and literals: each against what the manual says that the processor makes of it.
#include "jit/arm64/immediates.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cstring>
#include <map>

#include "jit/arm64/literal.hpp"

namespace tailbound::test {

namespace {

using namespace arm64;

/// Arm manual, DecodeBitMasks: what N, immr and imms mean; nothing where they mean none.
std::optional<std::uint64_t> decoded(std::uint32_t n, std::uint32_t immr, std::uint32_t imms) {
  const auto top = static_cast<int>(std::bit_width(n << 6 | (~imms & 0x3fU))) - 1;
  if (top < 1) return std::nullopt;
  const unsigned width = 1U << top;
  const unsigned length = (imms & (width - 1)) + 1;
  if (length == width) return std::nullopt;
  const unsigned rotation = immr & (width - 1);
  std::uint64_t value = 0;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((bit % width + rotation) % width < length) value |= std::uint64_t{1} << bit;
  }
  return value;
}

/// All 5334 of them.
TEST(Bitmask, EveryOneIsFoundAndMeansItsValue) {
  std::map<std::uint64_t, bool> seen;
  for (std::uint32_t bits = 0; bits < 1U << 13; ++bits) {
    const auto value = decoded(bits >> 12, bits >> 6 & 0x3f, bits & 0x3f);
    if (!value) continue;
    const auto found = Bitmask::of(*value, true);
    ASSERT_TRUE(found.has_value()) << std::hex << *value;
    EXPECT_EQ(decoded(found->bits >> 12, found->bits >> 6 & 0x3f, found->bits & 0x3f), value);
    seen[*value] = true;
  }
  EXPECT_EQ(seen.size(), 5334U);
}

RC_GTEST_PROP(Bitmask, OtherNumbersAreNone, (std::uint64_t value)) {
  const auto found = Bitmask::of(value, true);
  if (found) RC_ASSERT(decoded(found->bits >> 12, found->bits >> 6 & 0x3f, found->bits & 0x3f) == value);
  RC_CLASSIFY(!found.has_value(), "none");
}

TEST(Bitmask, AllOnesOfTheWidthAreNone) {
  EXPECT_FALSE(Bitmask::of(0, true).has_value());
  EXPECT_FALSE(Bitmask::of(~0ULL, true).has_value());
  EXPECT_FALSE(Bitmask::of(UINT32_MAX, false).has_value());
  EXPECT_TRUE(Bitmask::of(UINT32_MAX, true).has_value());
  EXPECT_FALSE(Bitmask::of(0x5, true).has_value());
}

struct Moves {
  std::uint64_t value = 0;
  std::size_t count = 0;
};

/// What the moves of 16 bits leave in the register.
Moves run(const jit::CodeBuffer& code) {
  Moves moves;
  for (std::uint32_t at = 0; at < code.size(); at += 4, ++moves.count) {
    const std::uint32_t insn = code.at32(at);
    const unsigned shift = 16 * (insn >> 21 & 3);
    const std::uint64_t bits = std::uint64_t{insn >> 5 & 0xffff} << shift;
    const std::uint32_t operation = insn >> 29 & 3;
    if (operation == 3) moves.value = (moves.value & ~(std::uint64_t{0xffff} << shift)) | bits;
    else moves.value = operation == 0 ? ~bits : bits;
    if (insn >> 31 == 0) moves.value &= UINT32_MAX;
  }
  return moves;
}

template <class Emit>
Moves emitted(Emit emit) {
  jit::CodeBuffer code;
  code.ensure(64);
  Assembler a(code);
  emit(a);
  return run(code);
}

std::uint64_t any_value() {
  std::uint64_t value = 0;
  for (unsigned block = 0; block < 4; ++block) {
    value |= std::uint64_t{*rc::gen::element<std::uint16_t>(0, 0xffff, 1, 0x8000, 0x1234)} << 16 * block;
  }
  return value;
}

RC_GTEST_PROP(Literal, TheRegisterHoldsTheValue, ()) {
  const std::uint64_t value = any_value();
  const Moves moves = emitted([&](Assembler& a) { emit_mov64(a, x10, value); });
  RC_ASSERT(moves.value == value);
  RC_ASSERT(moves.count <= 4U);
}

RC_GTEST_PROP(Literal, OfThirtyTwoBitsToo, ()) {
  const auto value = static_cast<std::int32_t>(any_value());
  const Moves wide = emitted([&](Assembler& a) { emit_mov(a, x10, value); });
  const Moves low = emitted([&](Assembler& a) { emit_mov(a, w10, value); });
  RC_ASSERT(wide.value == static_cast<std::uint64_t>(std::int64_t{value}));
  RC_ASSERT(low.value == static_cast<std::uint32_t>(value));
  RC_ASSERT(wide.count <= 2U);
}

RC_GTEST_PROP(Literal, IsReadBackFromTheCode, ()) {
  const std::uint64_t value = any_value();
  jit::CodeBuffer code;
  code.ensure(64);
  Assembler a(code);
  a.nop();
  emit_mov64(a, x11, value);
  const std::uint32_t end = a.here();
  emit_mov64(a, x12, value);
  const auto literal = read_literal(code.bytes(), 4);
  RC_ASSERT((literal == Literal{.dst = Gp::x11, .wide = value > UINT32_MAX, .value = value, .bytes = end - 4}));
  RC_ASSERT(!read_literal(code.bytes(), 0));
  RC_ASSERT(!read_literal(code.bytes(), code.size()));
}

struct Choice {
  std::uint64_t value;
  std::size_t moves;
};

/// The kernel's choice: from zeros or from ones, whichever leaves fewer blocks.
TEST(Literal, TakesAsFewMovesAsCanBe) {
  const Choice rows[] = {{0, 1},
                         {0xffff, 1},
                         {0x10000, 2},  // as 32 bits: the lowest block first, whatever it holds
                         {0xffffffffffffffff, 1},
                         {0xffffffffffff1234, 1},
                         {0x1234000000000000, 1},
                         {0xffff000008096910, 3},
                         {0x123456789abcdef0, 4}};
  for (const Choice& row : rows) {
    EXPECT_EQ(emitted([&](Assembler& a) { emit_mov64(a, x10, row.value); }).count, row.moves)
        << std::hex << row.value;
  }
}

}  // namespace

}  // namespace tailbound::test

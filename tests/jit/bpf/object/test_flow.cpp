// What is known of registers, and how code is put between instructions.
#include <gtest/gtest.h>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/object/liveness.hpp"
#include "jit/bpf/object/rewrite.hpp"
#include "jit/bpf/object/values.hpp"
#include "jit/bpf/text.hpp"

namespace tailbound::test {

namespace {

using namespace bpf;
using namespace bpf::object;

std::vector<Insn> code(const char* text) {
  auto insns = assemble(text);
  EXPECT_TRUE(insns.has_value()) << insns.error().text();
  return insns ? *insns : std::vector<Insn>{};
}

TEST(Liveness, ArgumentsThatAFunctionReadsItselfOrHandsOn) {
  struct Row {
    const char* text;
    std::vector<Registers> live;
  };
  for (const Row& row : {
           Row{"r0 = 0\nexit", {0}},
           Row{"r0 = r1\nexit", {0b10}},
           Row{"r0 = r1\nif r2 > 3 goto out\nr0 += r3\nout: exit", {0b1110}},
           Row{"r2 = 1\ncall local +1\nexit\nr0 = r2\nr0 += r1\nexit", {0b10, 0b110}},
           Row{"call local +1\nexit\ncall local +1\nexit\nr0 = r5\nexit", {0b100000, 0b100000, 0b100000}},
           Row{"r1 = 4\nagain: r1 += -1\nif r1 != 0 goto again\nr0 = r4\nexit", {0b10000}},
       }) {
    const auto insns = code(row.text);
    const auto starts = find_functions(insns);
    ASSERT_TRUE(starts.has_value());
    EXPECT_EQ(live_at_entry(insns, *starts), row.live) << row.text;
  }
}

TEST(Values, ConstantsAreFollowedThroughCopiesSumsAndCalls) {
  const auto insns = code("r6 = 5\nr7 = r6\nr7 += -2\nr3 = r7\ncall local +2\nr0 = 0\nexit\nr0 = r3\nexit");
  const auto values = known_values(insns);
  EXPECT_EQ(values[7][3], (Value{Value::Kind::constant, 3}));  // what the only caller hands it
  EXPECT_EQ(values[5][6], (Value{Value::Kind::constant, 5}));
  EXPECT_EQ(values[5][3].kind, Value::Kind::unknown);
}

TEST(Values, TwoPathsWithTwoConstantsTellNothing) {
  const auto insns = code("r3 = 1\nif r1 == 0 goto out\nr3 = 2\nout: r0 = r3\nexit");
  EXPECT_EQ(known_values(insns)[3][3].kind, Value::Kind::unknown);
}

TEST(Values, StackIsAsDeepAsAccessesThroughCopiesReach) {
  struct Row {
    const char* text;
    std::uint16_t depth;
  };
  for (const Row& row : {
           Row{"r0 = 0\nexit", 0},
           Row{"*(u32 *)(r10 - 12) = 1\nr0 = 0\nexit", 12},
           Row{"r2 = r10\nr2 += -40\n*(u8 *)(r2 + 1) = 1\nr0 = 0\nexit", 39},
           Row{"r2 = r10\nr2 += -24\ncall 1\nr0 = 0\nexit", 24},
           Row{"r2 = r10\nr2 += r1\n*(u8 *)(r2 + 0) = 1\nr0 = 0\nexit", 512},
           Row{"r1 = r10\nr1 += -8\ncall local +1\nexit\nr0 = 0\nexit", 512},
           Row{"*(u64 *)(r10 - 8) = r10\nr0 = 0\nexit", 512},
       }) {
    const auto insns = code(row.text);
    const auto starts = find_functions(insns);
    ASSERT_TRUE(starts.has_value());
    const auto end = starts->size() > 1 ? (*starts)[1] : static_cast<std::uint32_t>(insns.size());
    EXPECT_EQ(touched_stack(insns, known_values(insns), 0, end), row.depth) << row.text;
  }
}

TEST(Rewrite, JumpsAndCallsLeadToWhereTheirTargetsWent) {
  ObjectProgram program;
  program.insns = code("again: r1 += -1\nif r1 != 0 goto again\ncall local +1\nexit\nr0 = 0\nexit");
  program.places.resize(program.insns.size());
  program.functions = {{"main", 0}, {"f", 4}};
  Rewrite rewrite(program);
  const auto three = code("r5 = 1\nr5 = 2\nr5 = 3");
  rewrite.at_entry(0, three);
  rewrite.before(0, three);
  rewrite.at_entry(4, three);
  rewrite.behind(2, three);
  const auto done = rewrite.apply();
  ASSERT_TRUE(done.has_value());
  const auto& insns = done->program.insns;
  EXPECT_EQ(done->moved, (std::vector<std::uint32_t>{6, 7, 8, 12, 16, 17}));
  EXPECT_EQ(jump_target(insns, 7), 3U);  // the code before the instruction, not that at the function's entry
  EXPECT_EQ(insns[8].imm, 13 - 9);       // a call runs the code at the entry
  EXPECT_EQ(done->program.functions[1].first_insn, 13U);
}

TEST(Rewrite, AJumpThatWouldLeadTooFarIsRefused) {
  ObjectProgram program;
  program.insns = code("if r1 == 0 goto out\nr0 = 0\nout: exit");
  program.places.resize(program.insns.size());
  Rewrite rewrite(program);
  rewrite.before(1, std::vector<Insn>(40'000, build::mov(Reg::r5, 1)));
  const auto done = rewrite.apply();
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().insn, 0U);
}

}  // namespace

}  // namespace tailbound::test

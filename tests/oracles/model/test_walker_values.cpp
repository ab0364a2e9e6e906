// What the walker computes: live values, indices, conditions, expressions, frames.
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "oracles/model/walker.hpp"
#include "tests/oracles/model/scenario_parts.hpp"

namespace tailbound::model {
namespace {

using namespace testing;

using Layout = bpf::LedgerLayout;

struct LiveRow {
  std::uint8_t keep;
  std::uint16_t stack;
  std::uint64_t live;  // of function 20: registers hold 327, 328, 329, the stack 330, which is 0x14a
};

TEST(Live, IsTheSumOfKeptRegistersAndOfTheStackCutToItsWidth) {
  const LiveRow rows[] = {
      {0, 0, 0},
      {bpf::keep::r6, 0, 0},
      {bpf::keep::r7, 0, 327},
      {bpf::keep::r8, 0, 328},
      {bpf::keep::r9, 0, 329},
      {0, 3, 0x4a},
      {0, 6, 0x14a},
      {0, 12, 0x14a},
      {0, 16, 0x14a},
      {bpf::keep::all, 1, 984 + 0x4a},
  };
  for (const LiveRow& row : rows) {
    bpf::Scenario s;
    for (int i = 0; i < 20; ++i) s.programs.push_back({{function("pad" + std::to_string(i), {give(0)})}});
    s.programs.push_back({{{"last", row.stack, row.keep, {give(0)}}}});
    s.events = {run(20)};
    Walker walker({});
    EXPECT_EQ(walker.walk(s).runs[0].ledger[Layout::live], row.live) << int{row.keep} << " " << row.stack;
  }
}

TEST(Live, IsNotReadBackByAFrameThatATailCallReplaced) {
  bpf::Scenario s;
  s.arrays = {{"jmp_table", 1, {{0, 1}}}};
  s.programs = {{{{"entry", 0, bpf::keep::r7, {tail_call(0), give(0)}}}}, {{function("target", {give(3)})}}};
  s.events = {run(0)};
  Walker walker({});
  EXPECT_EQ(walker.walk(s).runs[0].ledger[Layout::live], 0U);
}

TEST(Asm, MarksTheRunInWhichItRan) {
  bpf::Scenario s;
  s.programs = {{{function("plain", {give(0)})}},
                {{function("with_asm", {{bpf::Asm{{bpf::build::mov(bpf::Reg::r0, 1)}}}, give(0)})}}};
  s.events = {run(0), run(1)};
  Walker walker({});
  walker.walk(s);
  EXPECT_FALSE(walker.asm_seen(0));
  EXPECT_TRUE(walker.asm_seen(1));
}

struct IndexRow {
  std::uint64_t index;
  std::uint64_t value;  // 3: taken
};

TEST(TailCallIndex, IsItsLow32Bits) {
  const IndexRow rows[] = {{0x1'0000'0000, 3}, {0x1'0000, 0}, {0x8000'0000, 0}};
  for (const auto& [index, value] : rows) {
    bpf::Scenario s;
    s.arrays = {{"jmp_table", 1, {{0, 1}}}};
    s.programs = {{{function("entry", {tail_call(data(index)), give(0)})}}, {{function("target", {give(3)})}}};
    s.events = {run(0)};
    Walker walker({});
    EXPECT_EQ(walker.walk(s).runs[0].return_value, value) << index;
  }
}

struct ConditionRow {
  bpf::Compare compare;
  std::uint64_t left;
  std::int32_t right;
  bool holds;
};

TEST(If, ComparesWithASignExtendedConstant) {
  using enum bpf::Compare;
  const std::uint64_t minus_one = ~std::uint64_t{0};
  const ConditionRow rows[] = {
      {eq, minus_one, -1, true}, {eq, 0xffff'ffff, -1, false}, {ne, 1, 1, false},
      {gt, minus_one, 1, true},  {ge, 1, 1, true},             {lt, 1, -1, true},
      {le, minus_one, 0, false}, {set, 6, 2, true},            {set, 6, 1, false},
      {sgt, minus_one, 0, false}, {sge, 0, -1, true},          {slt, minus_one, 0, true},
      {sle, 1, -1, false},
  };
  for (const ConditionRow& row : rows) {
    bpf::Scenario s;
    const bpf::If statement{data(row.left), row.compare, row.right, {give(1)}, {}};
    s.programs = {{{function("entry", {{statement}, give(0)})}}};
    s.events = {run(0)};
    Walker walker({});
    EXPECT_EQ(walker.walk(s).runs[0].return_value, row.holds ? 1U : 0U) << static_cast<int>(row.compare);
  }
}

struct ExprRow {
  std::uint64_t left;
  bpf::ExprOp op;
  bpf::Operand right;
  std::uint64_t value;
};

TEST(Expr, ComputesIn64BitsAndWraps) {
  using enum bpf::ExprOp;
  const std::uint64_t minus_one = ~std::uint64_t{0};
  const ExprRow rows[] = {
      {minus_one, add, bpf::Constant{2}, 1},
      {1, sub, bpf::Constant{2}, minus_one},
      {1, add, bpf::Constant{-1}, 0},
      {0x1'0000'0001, mul, bpf::Data{0x1'0000'0001}, 0x2'0000'0001},
      {0xff00, bit_and, bpf::Constant{-256}, 0xff00},
      {1, bit_or, bpf::Constant{-2}, minus_one},
      {6, bit_xor, bpf::Constant{3}, 5},
      {1, lsh, bpf::Constant{40}, 0x100'0000'0000},
      {minus_one, rsh, bpf::Constant{63}, 1},
      {1, lsh, bpf::Data{65}, 2},
  };
  for (const ExprRow& row : rows) {
    bpf::Expr value = data(row.left);
    value.rest = {{row.op, row.right}};
    bpf::Scenario s;
    s.programs = {{{function("entry", {give(value)})}}};
    s.events = {run(0)};
    Walker walker({});
    EXPECT_EQ(walker.walk(s).runs[0].return_value, row.value) << static_cast<int>(row.op) << " " << row.left;
  }
}

TEST(Expr, AppliesOperatorsFromLeftToRightAndCallsFirst) {
  // value = f() * 2 - cell: the call stores 5 to the cell before the cell is read.
  bpf::Scenario s;
  s.maps = {{"map", {1}}};
  bpf::Expr value = value_of_call(1);
  value.rest = {{bpf::ExprOp::mul, bpf::Constant{2}}, {bpf::ExprOp::sub, bpf::Cell{{0, 0}}}};
  s.programs = {{{function("entry", {give(value)}),
                  function("f", {{bpf::StoreCell{{0, 0}, constant(5)}}, give(4)})}}};
  s.events = {run(0)};
  Walker walker({});
  const Observation& seen = walker.walk(s);
  EXPECT_EQ(seen.runs[0].return_value, 3U);
  EXPECT_EQ(seen.runs[0].cells, std::vector<std::uint64_t>{5});
}

TEST(Fuel, AtZeroAFunctionReturnsZeroAndRecordsNothing) {
  Walker walker({.fuel = 0});
  const Observation& seen = walker.walk(hierarchy(2));
  EXPECT_EQ(seen.runs[0].return_value, 0U);
  EXPECT_EQ(std::accumulate(seen.runs[0].ledger.begin(), seen.runs[0].ledger.end(), std::uint64_t{0}), 0U);
}

TEST(FramesAt, ShowOneCellUnderCellAndACopyEachByValue) {
  Walker sound({}), buggy({.discipline = Discipline::by_value});
  // Entries: main, tail, main in tail's place, tail.
  const auto shared = sound.frames_at(hierarchy(2), 0, 3);
  const auto copied = buggy.frames_at(hierarchy(2), 0, 3);
  EXPECT_EQ(shared, (std::vector<Frame>{{0, 1, 0}, {0, 1, 0}, {1, 1, 0}}));
  EXPECT_EQ(copied, (std::vector<Frame>{{0, 0, 0}, {0, 1, 1}, {1, 1, 2}}));
}

TEST(FramesAt, NumberCellsAnewInEveryRun) {
  auto s = hierarchy(2);
  s.events = {run(0), run(0)};
  Walker walker({});
  EXPECT_EQ(walker.frames_at(s, 1, 0), (std::vector<Frame>{{0, 0, 0}}));
}

TEST(WalkerDeathTest, RefusesAWalkThatIsDeeperThanTheMachinesStack) {
  const bpf::Profile boundless{.name = "boundless", .limit = UINT32_MAX};
  Walker walker({.profile = &boundless, .fuel = 1'000'000});
  EXPECT_DEATH(walker.walk(hierarchy(1)), "more than 10000 live frames");
}

}  // namespace
}  // namespace tailbound::model

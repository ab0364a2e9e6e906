// The .graph text form: what is printed parses to the same scenario, and what each construct means.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::bpf {
namespace {

Scenario parsed(std::string_view text) {
  auto scenario = parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text() << "\n" << text;
  return scenario ? *std::move(scenario) : Scenario{};
}

Scenario reprinted(const Scenario& scenario) {
  const std::string text = print_graph(scenario);
  const auto again = parse_graph(text);
  if (!again) RC_FAIL(again.error().text() + "\n" + text);
  return *again;
}

/// A place in the text, or just behind its last character.
bool is_inside(const ParseError& error, std::string_view text) {
  for (std::uint32_t line = 1; line < error.line; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return error.column >= 1 && error.column <= std::min(text.find('\n'), text.size()) + 1;
}

/// Refused with a place inside the text and a sentence, or the same again after printing.
void require_sound(std::string_view text) {
  const auto scenario = parse_graph(text);
  if (scenario) {
    RC_ASSERT(reprinted(*scenario) == *scenario);
  } else {
    RC_ASSERT(is_inside(scenario.error(), text));
    RC_ASSERT(!scenario.error().message.empty());
  }
}

/// Mostly small bytes: they keep maps and bodies short, so that programs and events come into reach.
rc::Gen<std::vector<std::uint8_t>> seeds() {
  const auto byte = rc::gen::weightedOneOf<std::uint8_t>({{6, rc::gen::inRange<std::uint8_t>(0, 4)},
                                                          {3, rc::gen::inRange<std::uint8_t>(0, 12)},
                                                          {1, rc::gen::arbitrary<std::uint8_t>()}});
  return rc::gen::resize(1000, rc::gen::container<std::vector<std::uint8_t>>(byte));
}

constexpr std::string_view sample = R"(
map globals[4] { 0: 5, 2: 0xffff }
array jmp_table[4] { 0: entry, 1: c1 }
program entry {
  stack 12
  keep r6 r7
  helper lookup globals[1]
  if globals[0] s>= -5 { return call tail } else { asm { r0 = 1; r0 += 2 } }
  tail_call jmp_table[globals[1] & 3]
  return entries(c1) << 16 | entries(entry.tail)
  subprog tail { tail_call jmp_table[data 2] indirect; return 0 }
}
program c1 { globals[3] = 1 }
run entry
expect return 1, out_of_fuel no
at entry of c1 #5: set jmp_table[1] = c1
delete jmp_table[0]
)";

// --- properties ------------------------------------------------------------

RC_GTEST_PROP(Graph, WhatIsPrintedParsesToTheSameScenario, ()) {
  const Scenario scenario = decode_scenario(*seeds());
  RC_CLASSIFY(scenario.programs.size() > 1, "several programs");
  RC_CLASSIFY(scenario.events.size() > 1, "several events");
  RC_ASSERT(reprinted(scenario) == scenario);
}

RC_GTEST_PROP(Graph, PrintedTextIsCanonical, ()) {
  const Scenario scenario = decode_scenario(*seeds());
  RC_ASSERT(print_graph(reprinted(scenario)) == print_graph(scenario));
}

RC_GTEST_PROP(Graph, CommentsBlankLinesAndSpacesMeanNothing, ()) {
  const Scenario scenario = decode_scenario(*seeds());
  std::string loose;
  for (const char c : print_graph(scenario)) {
    loose += c == ' ' ? std::string("\t ") : c == '\n' ? std::string(" # x }\r\n\n") : std::string(1, c);
  }
  const auto again = parse_graph(loose);
  if (!again) RC_FAIL(again.error().text() + "\n" + loose);
  RC_ASSERT(*again == scenario);
}

RC_GTEST_PROP(Graph, DamagedTextIsRefusedWithAPlaceInsideItOrStillSound, ()) {
  std::string text(sample);
  for (int damages = *rc::gen::inRange(1, 4); damages > 0; --damages) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = std::min(*rc::gen::inRange<std::size_t>(0, 12), text.size() - at);
    const auto put =
        *rc::gen::element<std::string>("", "{", "}", "[", "]", "\n", ";", "#", "-", "0x", "99999999999", "call",
                                       "if", "entry", " ", "asm", "=", "&", "s", "\xff");
    text.replace(at, length, put);
  }
  require_sound(text);
}

RC_GTEST_PROP(Graph, AnyBytesAreRefusedWithAPlaceInsideThem, (const std::string& text)) { require_sound(text); }

TEST(Graph, EveryCutOfATextIsRefusedInsideItOrStillSound) {
  for (std::size_t length = 0; length <= sample.size(); ++length) {
    const std::string_view text = sample.substr(0, length);
    const auto scenario = parse_graph(text);
    if (scenario) {
      EXPECT_EQ(parse_graph(print_graph(*scenario)), scenario) << text;
    } else {
      EXPECT_TRUE(is_inside(scenario.error(), text)) << scenario.error().text();
    }
  }
}

// --- one construct a row ------------------------------------------------------------

struct Construct {
  std::string_view written;
  std::string_view printed;  // empty: as it is written
};

/// The rows stand in a program with two cells, an array of two slots, and a subprogram that is called.
constexpr std::string_view before_row = "map m[2]\narray a[2] { 0: p }\n\nprogram p {\n  call f\n";
constexpr std::string_view after_row = "  return 0\n\n  subprog f {\n    return 0\n  }\n}\n";

std::string around(std::string_view row) {
  return std::string(before_row) + "  " + std::string(row) + "\n" + std::string(after_row);
}

TEST(Graph, EveryStatementHasOneCanonicalForm) {
  constexpr Construct rows[] = {
      {"call f", ""},
      {"eval call f + 1", ""},
      {"eval 0", ""},
      {"eval call f", "call f"},
      {"m[0x1] = m[0]", "m[1] = m[0]"},
      {"m[0] = 1 - -1", ""},
      {"m[0] = -2147483648 * 2147483647", ""},
      {"m[0] = data 0x1ffffffff ^ data 16", "m[0] = data 0x1ffffffff ^ data 16"},
      {"m[0] = data -1", ""},
      {"m[0] = data 0xffffffffffffffff", "m[0] = data -1"},
      {"m[0] = entries(p) >> 1 << 63", ""},
      {"m[0] = entries ( p . f )", "m[0] = entries(p.f)"},
      {"tail_call a[0]", ""},
      {"tail_call a[2] indirect", "tail_call a[2]"},
      {"tail_call a[-1] indirect", "tail_call a[-1]"},
      {"tail_call a[1 + 0] indirect", "tail_call a[1 + 0]"},
      {"tail_call a[data 0]", ""},
      {"helper random", ""},
      {"helper time", ""},
      {"helper lookup m[1]", ""},
      {"asm { r0 = 1; r0 += 2 }", "asm {\n    r0 = 1\n    r0 += 2\n  }"},
      {"asm { // }\n r0 = 1 # }\n }", "asm {\n    r0 = 1\n  }"},
      {"if m[0] == 0 { }", "if m[0] == 0 {\n  }"},
      {"if m[0] s<= -1 { call f } else { helper time }",
       "if m[0] s<= -1 {\n    call f\n  } else {\n    helper time\n  }"},
      {"if m[0] != 0x10 { }\n\n else { call f }", "if m[0] != 16 {\n  } else {\n    call f\n  }"},
      {"if m[0] & 3 { }", "if m[0] & 3 {\n  }"},
      {"if m[0] & 3 & -4 { }", "if m[0] & 3 & -4 {\n  }"},
      {"if m[0] & 3 == 1 { }", "if m[0] & 3 == 1 {\n  }"},
      {"if m[0] == 1 { return 2 } call f", "if m[0] == 1 {\n    return 2\n  }\n  call f"},
  };
  for (const Construct& row : rows) {
    const std::string_view printed = row.printed.empty() ? row.written : row.printed;
    EXPECT_EQ(print_graph(parsed(around(row.written))), around(printed));
  }
}

TEST(Graph, EveryComparisonReadsAsItself) {
  constexpr std::pair<std::string_view, Compare> rows[] = {
      {"==", Compare::eq},   {"!=", Compare::ne},  {">", Compare::gt},    {">=", Compare::ge},
      {"<", Compare::lt},    {"<=", Compare::le},  {"&", Compare::set},   {"s>", Compare::sgt},
      {"s>=", Compare::sge}, {"s<", Compare::slt}, {"s<=", Compare::sle},
  };
  for (const auto& [sign, compare] : rows) {
    const Scenario scenario = parsed(around("if m[1] " + std::string(sign) + " 7 { call f }"));
    const If expected{Expr{Cell{{0, 1}}, {}}, compare, 7, {{Evaluate{Expr{CallValue{1}, {}}}}}, {}};
    EXPECT_EQ(scenario.programs.at(0).functions.at(0).body.at(1), Statement{expected}) << sign;
  }
}

TEST(Graph, HeadersMapsAndEventsHaveOneCanonicalForm) {
  constexpr std::string_view program = "\nprogram p {\n  return 0\n}\n";
  constexpr Construct rows[] = {
      {"type tc; limits linux-6.1; fuel 4096; seed 0", ""},
      {"type socket_filter\nlimits linux-6.12\nfuel 0\nseed 4294967295",
       "type socket_filter\nlimits linux-6.12\nfuel 0\nseed 4294967295\n"},
      {"map m[3] { }", "map m[3]\n"},
      {"map m[3] {\n 2: 0x100000000,\n 0: -1\n}", "map m[3] { 0: -1, 2: 0x100000000 }\n"},
      {"array a[3] { 2: p, 0: p }", "array a[3] { 0: p, 2: p }\n"},
  };
  for (const Construct& row : rows) {
    const std::string want =
        std::string(row.printed) + std::string(row.printed.empty() ? program.substr(1) : program);
    EXPECT_EQ(print_graph(parsed(std::string(row.written) + std::string(program))), want);
  }
}

TEST(Graph, EventsAndExpectationsReadAsWritten) {
  const Scenario s = parsed(R"(
    run p; expect return -1, entries p.f 2
    expect tail_calls 3, refused 4,
           cell m[1] 5, out_of_fuel yes
    set a[1] = p; set m[1] = 9; delete a[0]
    at entry of p.f #7: set a[0] = p   # a comment after a count
    at entry of p #1: delete a[0]      #1 a comment that starts with a digit
    attach fexit probe to p.f; detach probe from p.f
    map m[2]; array a[2] { 0: p }
    program p { call f; subprog f { } }
    program probe { })");
  using enum Expect::Kind;
  const std::vector<Event> expected{
      bpf::Run{0,
               {{return_value, {}, {}, ~0ULL},
                {entries, {0, 1}, {}, 2},
                {tail_calls, {}, {}, 3},
                {refused, {}, {}, 4},
                {cell, {}, {0, 1}, 5},
                {out_of_fuel, {}, {}, 1}}},
      SetSlot{0, 1, 0},
      SetCell{{0, 1}, 9},
      SetSlot{0, 0, std::nullopt},
      AtEntry{{0, 1}, 7, SetSlot{0, 0, 0}},
      AtEntry{{0, 0}, 1, SetSlot{0, 0, std::nullopt}},
      Attach{AttachKind::fexit, 1, {0, 1}},
      Detach{1, {0, 1}},
  };
  EXPECT_EQ(s.events, expected);
}

TEST(Graph, ExpectationsBelongToTheRunBeforeThemWhateverStandsBetween) {
  const Scenario s =
      parsed("map m[1]; program p { }\nrun p\nset m[0] = 1\nexpect return 0\nrun p\nexpect refused 0");
  EXPECT_EQ(std::get<bpf::Run>(s.events.at(0)).expectations.size(), 1U);
  EXPECT_EQ(std::get<bpf::Run>(s.events.at(2)).expectations.size(), 1U);
}

TEST(Graph, ABodyWithoutAReturnReturnsZero) {
  EXPECT_EQ(parsed("program p { }"), parsed("program p { return 0 }"));
  EXPECT_EQ(parsed("program p { helper time }"), parsed("program p { helper time; return 0 }"));
}

// --- examples ------------------------------------------------------------

TEST(Graph, TheTwoCallHierarchyIsWhatItSays) {
  const Scenario s = parsed(R"(# main calls a subprogram twice, the subprogram tail-calls main
array jmp_table[1] { 0: entry }

program entry {
  call tail
  call tail
  return 1

  subprog tail {
    tail_call jmp_table[0]
    return 0
  }
}

run entry
expect return 1, entries entry 34, tail_calls 33
)");
  const auto constant = [](std::int32_t value) { return Expr{Constant{value}, {}}; };
  const Statement call{Evaluate{Expr{CallValue{1}, {}}}};
  Scenario expected;
  expected.arrays = {{"jmp_table", 1, {{0, 0}}}};
  expected.programs = {{{{"entry", 0, 0, {call, call, {Return{constant(1)}}}},
                         {"tail", 0, 0, {{TailCall{0, constant(0)}}, {Return{constant(0)}}}}}}};
  expected.events = {bpf::Run{0,
                              {{Expect::Kind::return_value, {}, {}, 1},
                               {Expect::Kind::entries, {0, 0}, {}, 34},
                               {Expect::Kind::tail_calls, {}, {}, 33}}}};
  EXPECT_EQ(s, expected);
}

TEST(Graph, TwoProgramsThatShareABudgetParse) {
  const Scenario s = parsed(R"(
array jmp_table[2] { 0: c0, 1: c1 }

program entry {
  call t0
  call t1
  return entries(c1) << 16 | entries(c0)
  subprog t0 { tail_call jmp_table[0]; return 0 }
  subprog t1 { tail_call jmp_table[1]; return 0 }
}
program c0 { call t0; return 0;  subprog t0 { tail_call jmp_table[0]; return 0 } }
program c1 { call t1; return 0;  subprog t1 { tail_call jmp_table[1]; return 0 } }

run entry
expect return 33, tail_calls 33
)");
  ASSERT_EQ(s.programs.size(), 3U);
  const Expr packed{Entries{{2, 0}}, {{ExprOp::lsh, Constant{16}}, {ExprOp::bit_or, Entries{{1, 0}}}}};
  EXPECT_EQ(s.programs[0].functions[0].body.back(), Statement{Return{packed}});
  EXPECT_EQ(s.programs[2].functions.at(1).name, "t1");
}

TEST(Graph, StackRegistersAndAnIndexFromDataParse) {
  const Scenario s = parsed(R"(
array jmp_table[4] { 2: entry }
program entry {
  stack 12
  keep r6 r7 r8 r9
  call tail
  helper random
  call tail
  return 1
  subprog tail { stack 1; tail_call jmp_table[data 2] indirect; return 0 }
}
run entry
expect tail_calls 33
)");
  const std::vector<Function>& functions = s.programs.at(0).functions;
  EXPECT_EQ(functions.at(0).stack, 12);
  EXPECT_EQ(functions.at(0).keep, keep::all);
  EXPECT_EQ(functions.at(1).stack, 1);
  EXPECT_EQ(functions.at(1).body.at(0), (Statement{TailCall{0, Expr{Data{2}, {}}}}));
}

}  // namespace
}  // namespace tailbound::bpf

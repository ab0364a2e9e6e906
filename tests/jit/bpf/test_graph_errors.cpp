// The .graph text form: what a wrong or hostile text is told, and where.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "jit/bpf/graph.hpp"

namespace tailbound::bpf {
namespace {

struct Fault {
  std::string_view text;
  std::string_view error;
};

std::string error_of(std::string_view text) {
  const auto scenario = parse_graph(text);
  return scenario ? "no error" : scenario.error().text();
}

TEST(GraphErrors, NameTheTokenAtFaultAndWhatWasExpected) {
  constexpr Fault rows[] = {
      {"array a[1] { 0: c7 }\nprogram p { }",
       "1:17: unknown program 'c7'; expected one of this file's programs"},
      {"program p {\n  call f\n}", "2:8: unknown subprogram 'f'; expected one of this program's subprograms"},
      {"program p {\n  m[0] = 1\n}", "2:3: unknown map 'm'; expected one of this file's maps"},
      {"program p { tail_call m[0] }\nmap m[1]", "1:23: unknown array 'm'; expected one of this file's arrays"},
      {"run 5", "1:5: found '5'; expected the program's name"},
      {"map m[2]\nprogram p { m[2] = 1 }", "2:15: 2 is out of range; expected 0 to 1"},
      {"array a[2]\nprogram p { }\ndelete a[2]", "3:10: 2 is out of range; expected 0 to 1"},
      {"map m[257]", "1:7: 257 is out of range; expected 1 to 256"},
      {"map m[2] { 0: 1, 0: 2 }", "1:18: found '0' again; expected each index once"},
      {"map m[2] { 0: 1 0: 2 }", "1:17: found '0'; expected '}'"},
      {"map m[1]; array m[1]", "1:17: found a map and an array of the name 'm'; expected a name for each"},
      {"program p { }\nprogram p { }", "2:9: found a second program 'p'; expected a new name"},
      {"program p { subprog f { }; subprog f { } }",
       "1:36: found a second subprogram 'f'; expected a new name"},
      {"program if { }",
       "1:9: found 'if'; expected a name for the program, at most 64 characters and no keyword"},
      {"type lwt", "1:6: found 'lwt'; expected socket_filter, tc or xdp"},
      {"type tc\ntype tc", "2:1: found 'type'; expected at most one 'type' line"},
      {"limits linux-9", "1:8: found 'linux-9'; expected one of linux-6.1, linux-6.12"},
      {"seed -1", "1:6: found '-'; expected a number from 0 to 4294967295"},
      {"fuel 1 2", "1:8: found '2'; expected a new line or ';'"},
      {"program p { stack 513 }", "1:19: 513 is out of range; expected 0 to 512"},
      {"program p { keep r5 }", "1:18: found 'r5'; expected r6, r7, r8 or r9"},
      {"program p { return 2147483648 }",
       "1:20: 2147483648 is out of range; expected a signed 32-bit constant, -2147483648 to 2147483647"},
      {"program p { return 99999999999999999999 }",
       "1:20: found '99999999999999999999', which is no 64-bit number; expected a number, data, "
       "entries(function), "
       "map[index] or call"},
      {"program p { return 1 << 64 }", "1:25: found a shift by 64; expected 0 to 63"},
      {"program p { return 1 + call f; subprog f { } }",
       "1:24: found 'call'; expected 'call' only as the first operand of an expression"},
      {"program p { return }",
       "1:20: found '}'; expected a number, data, entries(function), map[index] or call"},
      {"program p { if 1 { } }",
       "1:18: found '{'; expected a comparison with a constant (== != > >= < <= s> s>= s< s<= &)"},
      {"program p { if 1 == data 2 { } }", "1:21: found 'data'; expected a number"},
      {"program p { helper 7 }", "1:20: found '7'; expected random, time, lookup or update"},
      {"array a[2]\nprogram p { tail_call a[1] indirect }",
       "2:28: found 'indirect' after a constant index within the array; expected an index that is only known "
       "at run "
       "time, like 'data 2'"},
      {"program p { }\nexpect return 0", "2:1: found 'expect'; expected a run before what is expected of it"},
      {"program p { }\nrun p\nexpect fuel 1",
       "3:8: found 'fuel'; expected return, entries, tail_calls, refused, cell or out_of_fuel"},
      {"program p { }\nat entry of p 5: delete a[0]", "2:15: found '5'; expected '#'"},
      {"program p { }\nat entry of p #0: delete a[0]", "2:16: 0 is out of range; expected 1 to 4294967295"},
      {"program p { }\nattach kprobe p to p", "2:8: found 'kprobe'; expected fentry, fexit or freplace"},
      {"program p {\n  return 1\n", "3:1: found the end of the file; expected '}'"},
      {"map m[\n1]", "1:7: found the end of the line; expected a number from 1 to 256"},
  };
  for (const Fault& row : rows) EXPECT_EQ(error_of(row.text), row.error) << row.text;
}

TEST(GraphErrors, InAsmStandAtTheirPlaceInTheFile) {
  EXPECT_TRUE(error_of("program p { asm { r0 = 1; r0 @ 2 } }").starts_with("1:30: "));
  EXPECT_TRUE(error_of("program p {\n  asm {\n    r0 = 1\n    r0 = r77\n  }\n}").starts_with("4:10: "));
  EXPECT_EQ(error_of("program p {\n  asm { r0 = 1"), "2:15: found the end of the file; expected '}'");
  EXPECT_EQ(error_of("program p { asm r0 = 1 }"), "1:17: found 'r0'; expected '{'");
}

/// What only the whole scenario shows is reported where the function or event was declared.
TEST(GraphErrors, OfTheWholeStandAtTheDeclaration) {
  EXPECT_TRUE(error_of("program p {\n  subprog f { }\n}").starts_with("2:11: "));
  EXPECT_TRUE(error_of("program p { }\nprogram q { return 1; return 2 }").starts_with("2:9: "));
  EXPECT_TRUE(error_of("program p { }\nrun p\nattach fentry p to p\n").starts_with("3:1: "));
  EXPECT_TRUE(error_of("# nothing\n").starts_with("1:1: "));
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string all;
  while (all.size() + text.size() <= bytes) all += text;
  return all;
}

/// The answers come at once: every text is read a fixed number of times, and recursion is bounded.
TEST(GraphErrors, HostileTextIsRefused) {
  constexpr std::size_t most = std::size_t{1} << 20;
  constexpr std::string_view beginnings[] = {"",
                                             "program p { ",
                                             "program p { return 0 ",
                                             "map m[2] { ",
                                             "run ",
                                             "program p { asm { ",
                                             "array a[",
                                             "program p {} run p;expect "};
  const std::string_view units[] = {"(",         "{",    "}",           "[",       ";",
                                    "\n",        "9",    "-",           "#",       "a",
                                    "a.",        "+1",   "if 1 == 1 {", "call f;", "subprog f {",
                                    "return 0,", "0:1,", "//",          "\xff",    std::string_view("\0", 1)};
  for (const std::string_view beginning : beginnings) {
    for (const std::string_view unit : units) {
      const std::string text = std::string(beginning) + repeated(unit, most - beginning.size());
      EXPECT_FALSE(parse_graph(text).has_value()) << beginning << unit;
    }
  }
}

TEST(GraphErrors, ShowNoRawBytesAndNoEndlessWords) {
  EXPECT_TRUE(error_of(std::string_view("\0", 1)).starts_with("1:1: found byte 0x00; expected "));
  EXPECT_TRUE(error_of("\xff").starts_with("1:1: found byte 0xff; expected "));
  EXPECT_LT(error_of(repeated("a", 100000)).size(), 300U);
}

TEST(GraphErrors, AFileThatIsTooLargeIsNotRead) {
  EXPECT_EQ(error_of(std::string(10'000'000, '(')),
            "1:1: the file has 10000000 bytes; expected at most 1048576");
  const std::string full = "program p { }\n" + std::string((1 << 20) - 14, '#');
  EXPECT_TRUE(parse_graph(full).has_value());
  EXPECT_FALSE(parse_graph(full + "#").has_value());
}

}  // namespace
}  // namespace tailbound::bpf

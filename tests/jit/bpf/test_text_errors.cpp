// Bad assembler text is refused, at the line and column of the token at fault, saying what was expected.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "jit/bpf/text.hpp"

namespace tailbound::bpf {
namespace {

struct ErrorRow {
  std::string_view text;
  const char* error;  // the start of "line:column: message"
};

const ErrorRow error_rows[] = {
    {"foo", "1:1: found 'foo', expected an instruction"},
    {"r11 = 0", "1:1: found 'r11', expected an instruction"},
    {"5", "1:1: found '5', expected an instruction"},
    {"exit\n  r1", "2:5: found the end of the text, expected an assignment"},
    {"r1 == 5", "1:4: found '==', expected an assignment"},
    {"r1 += w2", "1:7: found 'w2', expected a register r0 to r10"},
    {"w1 += r2", "1:7: found 'r2', expected a register w0 to w10"},
    {"r1 += r11", "1:7: found 'r11', expected a number"},
    {"r1 += 2147483648", "1:7: found '2147483648', expected a number from -2147483648 to 2147483647"},
    {"r1 += -2147483649", "1:7: found '-2147483649', expected a number from -2147483648 to 2147483647"},
    {"r1 = 0xffffffff", "1:6: found '0xffffffff', expected a number from -2147483648 to 2147483647"},
    {"r1 = 99999999999999999999999", "1:6: found '99999999999999999999999', expected a number from"},
    {"r1 = 0x10000000000000000 ll", "1:6: found '0x10000000000000000', expected a number from"},
    {"r1 = -9223372036854775809 ll", "1:6: found '-9223372036854775809', expected a number from"},
    {"w1 = 5 ll", "1:8: found 'll', expected the end of the line or ';'"},
    {"r1 = 12x", "1:6: found '12x', expected a number like 42 or 0x2a"},
    {"r1 = 0x", "1:6: found '0x', expected a number like 42 or 0x2a"},
    {"r1 = -r2", "1:7: found 'r2', expected the same register again, r1"},
    {"r1 = bswap16 r2", "1:14: found 'r2', expected the same register again, r1"},
    {"w1 = le16 w1", "1:1: found 'w1', expected a register r0 to r10"},
    {"r1 = bswap8 r1", "1:6: found 'bswap8', expected a register, a number, or a word"},
    {"r1 = (s64)r2", "1:7: found 's64', expected s8, s16 or s32"},
    {"w1 = (s32)w2", "1:7: found 's32', expected s8 or s16"},
    {"r1 = *(i32 *)(r2 + 0)", "1:8: found 'i32', expected a type"},
    {"r1 = *(s64 *)(r2 + 0)", "1:8: found 's64', expected a type"},
    {"w1 = *(u64 *)(r2 + 0)", "1:1: found 'w1', expected a register r0 to r10"},
    {"r1 = *(u64 *)(r2)", "1:17: found ')', expected an offset like + 8"},
    {"r1 = *(u64 *)(r2 + 32768)", "1:18: found '+ 32768', expected a number from -32768 to 32767"},
    {"r1 = *(u64 *)(r2 - 32769)", "1:18: found '- 32769', expected a number from -32768 to 32767"},
    {"r1 = *(u64 *)(r2 + r3)", "1:20: found 'r3', expected a number"},
    {"r1 = *(u64 *)(w2 + 0)", "1:15: found 'w2', expected a register r0 to r10"},
    {"r1 = *(u64 *)(r2 + 0", "1:21: found the end of the text, expected ')'"},
    {"*(s8 *)(r1 + 0) = 1", "1:3: found 's8', expected u8, u16, u32 or u64"},
    {"*(u64 *)(r1 + 0) = w2", "1:20: found 'w2', expected a register r0 to r10"},
    {"*(u64 *)(r1 + 0) += r2", "1:18: found '+=', expected '='"},
    {"lock *(u16 *)(r1 + 0) += r2", "1:8: found 'u16', expected u32 or u64"},
    {"lock *(u64 *)(r1 + 0) -= r2", "1:23: found '-=', expected '+=', '|=', '&=' or '^='"},
    {"lock *(u32 *)(r1 + 0) += r2", "1:26: found 'r2', expected a register w0 to w10"},
    {"r2 = atomic_fetch_add((u32 *)(r1 + 8), r2)", "1:1: found 'r2', expected a register w0 to w10"},
    {"r2 = atomic_fetch_add((u64 *)(r1 + 8), r3)", "1:40: found 'r3', expected the same register again, r2"},
    {"r1 = cmpxchg_64(r1 + 8, r0, r2)", "1:1: found 'r1', expected r0 or w0"},
    {"r0 = cmpxchg_64(r1 + 8, r1, r2)", "1:25: found 'r1', expected the same register again, r0"},
    {"r2 = xchg32_32(r1 + 8, r2)", "1:1: found 'r2', expected a register w0 to w10"},
    {"r1 = map", "1:9: found the end of the text, expected a number"},
    {"w1 = map 3", "1:1: found 'w1', expected a register r0 to r10"},
    {"r1 = map_value 3", "1:17: found the end of the text, expected an offset like + 16"},
    {"if r1 = 5 goto +1", "1:7: found '=', expected a comparison"},
    {"if r1 == 5 jump +1", "1:12: found 'jump', expected 'goto'"},
    {"if 5 == r1 goto +1", "1:4: found '5', expected a register"},
    {"goto 3", "1:6: found '3', expected a distance like +2 or a label"},
    {"goto +32768", "1:6: found '+32768', expected a number from -32768 to 32767"},
    {"exit\ngoto nowhere", "2:6: label 'nowhere' is not defined"},
    {"a: exit\na: exit", "2:1: label 'a' is defined in line 1 already"},
    {"call", "1:5: found the end of the text, expected a number"},
    {"call local 4", "1:12: found '4', expected a distance like +2 or a label"},
    {"exit exit", "1:6: found 'exit', expected the end of the line or ';'"},
    {"exit; \t r10 = 5", "1:9: writes the read-only frame pointer r10"},
    {".word", "1:6: found the end of the text, expected a number"},
    {".word -1", "1:7: found '-1', expected a number from 0 to 18446744073709551615"},
    {".word 0x10000000000000000", "1:7: found '0x10000000000000000', expected a number from 0 to"},
    {std::string_view("exit\n\0", 6), "2:1: found '\\x00', expected an instruction"},
    {"r1 = 5 \xc3\xa9", "1:8: found '\\xc3', expected the end of the line"},
};

TEST(Assemble, BadTextIsRefusedWhereItIsBad) {
  for (const ErrorRow& row : error_rows) {
    const auto slots = assemble(row.text);
    ASSERT_FALSE(slots.has_value()) << row.text;
    EXPECT_EQ(slots.error().text().substr(0, std::string_view(row.error).size()), row.error) << row.text;
  }
}

TEST(Assemble, ALabelBeyondReachIsRefusedAndGotolReachesIt) {
  std::string body;
  for (int i = 0; i < 32768; ++i) body += "exit\n";
  const auto out_of_reach = assemble("goto far\n" + body + "far: exit");
  ASSERT_FALSE(out_of_reach.has_value());
  EXPECT_EQ(out_of_reach.error().text(), "1:6: label 'far' is 32768 slots away, expected -32768 to 32767");
  const auto reached = assemble("gotol far\n" + body + "far: exit");
  ASSERT_TRUE(reached.has_value());
  EXPECT_EQ(reached->front(), (Insn{opcode::ja32, 0, 0, 0, 32768}));
}

TEST(Assemble, AMegabyteOfAnythingIsRefusedWithAShortMessage) {
  for (std::string_view piece : {"9", "r", "(", "-", "\xff", "s", "*(", "a:", "goto x;", "0x", "if "}) {
    std::string text = "exit\n";
    while (text.size() < (1U << 20)) text += piece;
    const auto slots = assemble(text);
    ASSERT_FALSE(slots.has_value()) << piece;
    EXPECT_LT(slots.error().message.size(), 200U) << piece;
  }
}

}  // namespace
}  // namespace tailbound::bpf

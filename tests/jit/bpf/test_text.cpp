// Assembler text: what each instruction reads like, and that text and slots give each other back.
// The bytes in the rows are llvm-mc 19's (-triple=bpfel -mcpu=v4).
#include <gtest/gtest.h>

#include <charconv>
#include <set>
#include <string>

#include <rapidcheck/gtest.h>

#include "jit/bpf/text.hpp"
#include "tests/jit/bpf/random_insn.hpp"

namespace tailbound::bpf {
namespace {

using namespace tailbound::bpf::testing;

// ---- text and slots give each other back ----

RC_GTEST_PROP(Text, EveryRowComesBackAndIsNoRawWord, ()) {
  for (const InsnRow& row : insn_table()) {
    std::vector<Insn> slots{draw_slot(row)};
    if (is_two_slot(slots[0])) slots.push_back(draw_second(slots[0]));
    const std::string text = to_text(slots[0], slots.size() == 2 ? &slots[1] : nullptr);
    RC_ASSERT(text.find(".word") == std::string::npos);
    RC_ASSERT(assemble(text).value() == slots);
  }
}

RC_GTEST_PROP(Text, AnyWordsComeBack, ()) {
  const auto slots = draw_any_slots();
  const auto again = assemble(to_text(slots));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == slots);
}

RC_GTEST_PROP(Text, RandomTextIsRefusedOrComesBack, ()) {
  // The notation's own letters, so that some of it parses.
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(
      std::string("rw0123459 +-*/=<>&|^%s(),:;#.\n\xffif goto exit lock call ll map u64 u8 0x")));
  if (const auto slots = assemble(text)) RC_ASSERT(assemble(to_text(*slots)).value() == *slots);
}

RC_GTEST_PROP(Text, DamagedTextIsRefusedOrComesBack, ()) {
  std::string text = to_text(draw_any_slots());
  RC_PRE(!text.empty());
  text[draw_index(text.size())] = *rc::gen::arbitrary<char>();
  if (const auto slots = assemble(text)) RC_ASSERT(assemble(to_text(*slots)).value() == *slots);
}

RC_GTEST_PROP(Text, ErrorsPointIntoTheText, ()) {
  std::string text = to_text(draw_any_slots());
  text.insert(draw_index(text.size() + 1), *rc::gen::arbitrary<std::string>());
  const auto slots = assemble(text);
  RC_PRE(!slots.has_value());
  std::vector<std::size_t> lengths{0};
  for (char c : text) c == '\n' ? lengths.push_back(0) : void(++lengths.back());
  RC_ASSERT(slots.error().line >= 1U && slots.error().line <= lengths.size());
  RC_ASSERT(slots.error().column >= 1U && slots.error().column <= lengths[slots.error().line - 1] + 1);
  RC_ASSERT(!slots.error().message.empty());
}

// ---- each instruction ----

struct TextRow {
  const char* bytes;
  const char* text;
};

const TextRow text_rows[] = {
    {"07 00 00 00 05 00 00 00", "r0 += 5"},
    {"0f a1 00 00 00 00 00 00", "r1 += r10"},
    {"17 01 00 00 f9 ff ff ff", "r1 -= -7"},
    {"1f 92 00 00 00 00 00 00", "r2 -= r9"},
    {"27 02 00 00 ff ff ff 7f", "r2 *= 2147483647"},
    {"2f 83 00 00 00 00 00 00", "r3 *= r8"},
    {"37 03 00 00 00 00 00 80", "r3 /= -2147483648"},
    {"3f 74 00 00 00 00 00 00", "r4 /= r7"},
    {"37 04 01 00 05 00 00 00", "r4 s/= 5"},
    {"3f 65 01 00 00 00 00 00", "r5 s/= r6"},
    {"47 05 00 00 f9 ff ff ff", "r5 |= -7"},
    {"4f 56 00 00 00 00 00 00", "r6 |= r5"},
    {"57 06 00 00 ff ff ff 7f", "r6 &= 2147483647"},
    {"5f 47 00 00 00 00 00 00", "r7 &= r4"},
    {"67 07 00 00 00 00 00 80", "r7 <<= -2147483648"},
    {"6f 38 00 00 00 00 00 00", "r8 <<= r3"},
    {"77 08 00 00 05 00 00 00", "r8 >>= 5"},
    {"7f 29 00 00 00 00 00 00", "r9 >>= r2"},
    {"97 09 00 00 f9 ff ff ff", "r9 %= -7"},
    {"9f 10 00 00 00 00 00 00", "r0 %= r1"},
    {"97 00 01 00 ff ff ff 7f", "r0 s%= 2147483647"},
    {"9f 01 01 00 00 00 00 00", "r1 s%= r0"},
    {"a7 01 00 00 00 00 00 80", "r1 ^= -2147483648"},
    {"af a2 00 00 00 00 00 00", "r2 ^= r10"},
    {"b7 02 00 00 05 00 00 00", "r2 = 5"},
    {"bf 93 00 00 00 00 00 00", "r3 = r9"},
    {"c7 03 00 00 f9 ff ff ff", "r3 s>>= -7"},
    {"cf 84 00 00 00 00 00 00", "r4 s>>= r8"},
    {"87 04 00 00 00 00 00 00", "r4 = -r4"},
    {"04 00 00 00 05 00 00 00", "w0 += 5"},
    {"0c a1 00 00 00 00 00 00", "w1 += w10"},
    {"14 01 00 00 f9 ff ff ff", "w1 -= -7"},
    {"1c 92 00 00 00 00 00 00", "w2 -= w9"},
    {"24 02 00 00 ff ff ff 7f", "w2 *= 2147483647"},
    {"2c 83 00 00 00 00 00 00", "w3 *= w8"},
    {"34 03 00 00 00 00 00 80", "w3 /= -2147483648"},
    {"3c 74 00 00 00 00 00 00", "w4 /= w7"},
    {"34 04 01 00 05 00 00 00", "w4 s/= 5"},
    {"3c 65 01 00 00 00 00 00", "w5 s/= w6"},
    {"44 05 00 00 f9 ff ff ff", "w5 |= -7"},
    {"4c 56 00 00 00 00 00 00", "w6 |= w5"},
    {"54 06 00 00 ff ff ff 7f", "w6 &= 2147483647"},
    {"5c 47 00 00 00 00 00 00", "w7 &= w4"},
    {"64 07 00 00 00 00 00 80", "w7 <<= -2147483648"},
    {"6c 38 00 00 00 00 00 00", "w8 <<= w3"},
    {"74 08 00 00 05 00 00 00", "w8 >>= 5"},
    {"7c 29 00 00 00 00 00 00", "w9 >>= w2"},
    {"94 09 00 00 f9 ff ff ff", "w9 %= -7"},
    {"9c 10 00 00 00 00 00 00", "w0 %= w1"},
    {"94 00 01 00 ff ff ff 7f", "w0 s%= 2147483647"},
    {"9c 01 01 00 00 00 00 00", "w1 s%= w0"},
    {"a4 01 00 00 00 00 00 80", "w1 ^= -2147483648"},
    {"ac a2 00 00 00 00 00 00", "w2 ^= w10"},
    {"b4 02 00 00 05 00 00 00", "w2 = 5"},
    {"bc 93 00 00 00 00 00 00", "w3 = w9"},
    {"c4 03 00 00 f9 ff ff ff", "w3 s>>= -7"},
    {"cc 84 00 00 00 00 00 00", "w4 s>>= w8"},
    {"84 04 00 00 00 00 00 00", "w4 = -w4"},
    {"bf a1 08 00 00 00 00 00", "r1 = (s8)r10"},
    {"bf 32 10 00 00 00 00 00", "r2 = (s16)r3"},
    {"bf 54 20 00 00 00 00 00", "r4 = (s32)r5"},
    {"bc 21 08 00 00 00 00 00", "w1 = (s8)w2"},
    {"bc 43 10 00 00 00 00 00", "w3 = (s16)w4"},
    {"d4 01 00 00 10 00 00 00", "r1 = le16 r1"},
    {"d4 02 00 00 20 00 00 00", "r2 = le32 r2"},
    {"d4 04 00 00 40 00 00 00", "r4 = le64 r4"},
    {"dc 01 00 00 10 00 00 00", "r1 = be16 r1"},
    {"dc 02 00 00 20 00 00 00", "r2 = be32 r2"},
    {"dc 04 00 00 40 00 00 00", "r4 = be64 r4"},
    {"d7 01 00 00 10 00 00 00", "r1 = bswap16 r1"},
    {"d7 02 00 00 20 00 00 00", "r2 = bswap32 r2"},
    {"d7 04 00 00 40 00 00 00", "r4 = bswap64 r4"},
    {"71 a3 01 00 00 00 00 00", "r3 = *(u8 *)(r10 + 1)"},
    {"69 a3 fe ff 00 00 00 00", "r3 = *(u16 *)(r10 - 2)"},
    {"61 a3 ff 7f 00 00 00 00", "r3 = *(u32 *)(r10 + 32767)"},
    {"79 a3 00 80 00 00 00 00", "r3 = *(u64 *)(r10 - 32768)"},
    {"91 a3 00 00 00 00 00 00", "r3 = *(s8 *)(r10 + 0)"},
    {"89 a3 ff ff 00 00 00 00", "r3 = *(s16 *)(r10 - 1)"},
    {"81 a3 04 00 00 00 00 00", "r3 = *(s32 *)(r10 + 4)"},
    {"72 0a 01 00 f7 ff ff ff", "*(u8 *)(r10 + 1) = -9"},
    {"73 a6 01 00 00 00 00 00", "*(u8 *)(r6 + 1) = r10"},
    {"6a 0a fe ff f7 ff ff ff", "*(u16 *)(r10 - 2) = -9"},
    {"6b a6 fe ff 00 00 00 00", "*(u16 *)(r6 - 2) = r10"},
    {"62 0a ff 7f f7 ff ff ff", "*(u32 *)(r10 + 32767) = -9"},
    {"63 a6 ff 7f 00 00 00 00", "*(u32 *)(r6 + 32767) = r10"},
    {"7a 0a 00 80 f7 ff ff ff", "*(u64 *)(r10 - 32768) = -9"},
    {"7b a6 00 80 00 00 00 00", "*(u64 *)(r6 - 32768) = r10"},
    {"c3 2a f8 ff 00 00 00 00", "lock *(u32 *)(r10 - 8) += w2"},
    {"c3 31 08 00 01 00 00 00", "w3 = atomic_fetch_add((u32 *)(r1 + 8), w3)"},
    {"c3 2a f8 ff 40 00 00 00", "lock *(u32 *)(r10 - 8) |= w2"},
    {"c3 31 08 00 41 00 00 00", "w3 = atomic_fetch_or((u32 *)(r1 + 8), w3)"},
    {"c3 2a f8 ff 50 00 00 00", "lock *(u32 *)(r10 - 8) &= w2"},
    {"c3 31 08 00 51 00 00 00", "w3 = atomic_fetch_and((u32 *)(r1 + 8), w3)"},
    {"c3 2a f8 ff a0 00 00 00", "lock *(u32 *)(r10 - 8) ^= w2"},
    {"c3 31 08 00 a1 00 00 00", "w3 = atomic_fetch_xor((u32 *)(r1 + 8), w3)"},
    {"c3 4a f0 ff e1 00 00 00", "w4 = xchg32_32(r10 - 16, w4)"},
    {"c3 5a f0 ff f1 00 00 00", "w0 = cmpxchg32_32(r10 - 16, w0, w5)"},
    {"db 2a f8 ff 00 00 00 00", "lock *(u64 *)(r10 - 8) += r2"},
    {"db 31 08 00 01 00 00 00", "r3 = atomic_fetch_add((u64 *)(r1 + 8), r3)"},
    {"db 2a f8 ff 40 00 00 00", "lock *(u64 *)(r10 - 8) |= r2"},
    {"db 31 08 00 41 00 00 00", "r3 = atomic_fetch_or((u64 *)(r1 + 8), r3)"},
    {"db 2a f8 ff 50 00 00 00", "lock *(u64 *)(r10 - 8) &= r2"},
    {"db 31 08 00 51 00 00 00", "r3 = atomic_fetch_and((u64 *)(r1 + 8), r3)"},
    {"db 2a f8 ff a0 00 00 00", "lock *(u64 *)(r10 - 8) ^= r2"},
    {"db 31 08 00 a1 00 00 00", "r3 = atomic_fetch_xor((u64 *)(r1 + 8), r3)"},
    {"db 4a f0 ff e1 00 00 00", "r4 = xchg_64(r10 - 16, r4)"},
    {"db 5a f0 ff f1 00 00 00", "r0 = cmpxchg_64(r10 - 16, r0, r5)"},
    {"18 09 00 00 88 77 66 55 00 00 00 00 44 33 22 11", "r9 = 0x1122334455667788 ll"},
    {"15 00 00 00 ff ff ff ff", "if r0 == -1 goto +0"},
    {"1d a0 ff ff 00 00 00 00", "if r0 == r10 goto -1"},
    {"25 01 01 00 07 00 00 00", "if r1 > 7 goto +1"},
    {"2d 91 fe ff 00 00 00 00", "if r1 > r9 goto -2"},
    {"35 02 02 00 ff ff ff ff", "if r2 >= -1 goto +2"},
    {"3d 82 fd ff 00 00 00 00", "if r2 >= r8 goto -3"},
    {"45 03 03 00 07 00 00 00", "if r3 & 7 goto +3"},
    {"4d 73 fc ff 00 00 00 00", "if r3 & r7 goto -4"},
    {"55 04 04 00 ff ff ff ff", "if r4 != -1 goto +4"},
    {"5d 64 fb ff 00 00 00 00", "if r4 != r6 goto -5"},
    {"65 05 05 00 07 00 00 00", "if r5 s> 7 goto +5"},
    {"6d 55 fa ff 00 00 00 00", "if r5 s> r5 goto -6"},
    {"75 06 06 00 ff ff ff ff", "if r6 s>= -1 goto +6"},
    {"7d 46 f9 ff 00 00 00 00", "if r6 s>= r4 goto -7"},
    {"a5 07 07 00 07 00 00 00", "if r7 < 7 goto +7"},
    {"ad 37 f8 ff 00 00 00 00", "if r7 < r3 goto -8"},
    {"b5 08 08 00 ff ff ff ff", "if r8 <= -1 goto +8"},
    {"bd 28 f7 ff 00 00 00 00", "if r8 <= r2 goto -9"},
    {"c5 09 09 00 07 00 00 00", "if r9 s< 7 goto +9"},
    {"cd 19 f6 ff 00 00 00 00", "if r9 s< r1 goto -10"},
    {"d5 0a 0a 00 ff ff ff ff", "if r10 s<= -1 goto +10"},
    {"dd 0a f5 ff 00 00 00 00", "if r10 s<= r0 goto -11"},
    {"16 00 00 00 ff ff ff ff", "if w0 == -1 goto +0"},
    {"1e a0 ff ff 00 00 00 00", "if w0 == w10 goto -1"},
    {"26 01 01 00 07 00 00 00", "if w1 > 7 goto +1"},
    {"2e 91 fe ff 00 00 00 00", "if w1 > w9 goto -2"},
    {"36 02 02 00 ff ff ff ff", "if w2 >= -1 goto +2"},
    {"3e 82 fd ff 00 00 00 00", "if w2 >= w8 goto -3"},
    {"46 03 03 00 07 00 00 00", "if w3 & 7 goto +3"},
    {"4e 73 fc ff 00 00 00 00", "if w3 & w7 goto -4"},
    {"56 04 04 00 ff ff ff ff", "if w4 != -1 goto +4"},
    {"5e 64 fb ff 00 00 00 00", "if w4 != w6 goto -5"},
    {"66 05 05 00 07 00 00 00", "if w5 s> 7 goto +5"},
    {"6e 55 fa ff 00 00 00 00", "if w5 s> w5 goto -6"},
    {"76 06 06 00 ff ff ff ff", "if w6 s>= -1 goto +6"},
    {"7e 46 f9 ff 00 00 00 00", "if w6 s>= w4 goto -7"},
    {"a6 07 07 00 07 00 00 00", "if w7 < 7 goto +7"},
    {"ae 37 f8 ff 00 00 00 00", "if w7 < w3 goto -8"},
    {"b6 08 08 00 ff ff ff ff", "if w8 <= -1 goto +8"},
    {"be 28 f7 ff 00 00 00 00", "if w8 <= w2 goto -9"},
    {"c6 09 09 00 07 00 00 00", "if w9 s< 7 goto +9"},
    {"ce 19 f6 ff 00 00 00 00", "if w9 s< w1 goto -10"},
    {"d6 0a 0a 00 ff ff ff ff", "if w10 s<= -1 goto +10"},
    {"de 0a f5 ff 00 00 00 00", "if w10 s<= w0 goto -11"},
    {"05 00 00 80 00 00 00 00", "goto -32768"},
    {"85 00 00 00 0c 00 00 00", "call 12"},
    {"95 00 00 00 00 00 00 00", "exit"},
    {"18 09 00 00 ff ff ff ff 00 00 00 00 ff ff ff ff", "r9 = 0xffffffffffffffff ll"},
    {"18 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "r0 = 0x0 ll"},
    // What llvm-mc has no plain text for; bytes by RFC 9669 sections 4.3 and 5.4.
    {"18 11 00 00 03 00 00 00 00 00 00 00 00 00 00 00", "r1 = map 3"},
    {"18 21 00 00 03 00 00 00 00 00 00 00 10 00 00 00", "r1 = map_value 3 + 16"},
    {"18 21 00 00 fd ff ff ff 00 00 00 00 f0 ff ff ff", "r1 = map_value -3 - 16"},
    {"18 31 00 00 03 00 00 00 00 00 00 00 00 00 00 00", "r1 = var_addr 3"},
    {"18 41 00 00 05 00 00 00 00 00 00 00 00 00 00 00", "r1 = code_addr +5"},
    {"18 51 00 00 03 00 00 00 00 00 00 00 00 00 00 00", "r1 = map_idx 3"},
    {"18 61 00 00 03 00 00 00 00 00 00 00 10 00 00 00", "r1 = map_idx_value 3 + 16"},
    {"06 00 00 00 70 11 01 00", "gotol +70000"},
    {"06 00 00 00 ff ff ff ff", "gotol -1"},
    {"85 10 00 00 04 00 00 00", "call local +4"},
    {"85 20 00 00 05 00 00 00", "call kfunc 5"},
    // No instruction, or none that the notation can say.
    {"00 00 00 00 00 00 00 00", ".word 0x0000000000000000"},
    {"07 0a 00 00 08 00 00 00", ".word 0x0000000800000a07"},
    {"18 01 00 00 01 00 00 00", ".word 0x0000000100000118"},
    {"18 11 00 00 03 00 00 00 00 00 00 00 01 00 00 00", ".word 0x0000000300001118; .word 0x0000000100000000"},
    {"18 01 00 00 01 00 00 00 95 00 00 00 00 00 00 00", ".word 0x0000000100000118; .word 0x0000000000000095"},
};

std::vector<Insn> slots_of(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at + 2 <= hex.size(); at += 3) {
    unsigned value = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
    bytes.push_back(static_cast<std::byte>(value));
  }
  return decode(bytes).value();
}

TEST(TextTable, BytesReadAsTheirText) {
  for (const TextRow& row : text_rows) {
    EXPECT_EQ(to_text(slots_of(row.bytes)), std::string(row.text) + "\n") << row.bytes;
  }
}

TEST(TextTable, TextAssemblesToItsBytes) {
  for (const TextRow& row : text_rows) {
    const auto slots = assemble(row.text);
    ASSERT_TRUE(slots.has_value()) << row.text << ": " << slots.error().text();
    EXPECT_EQ(*slots, slots_of(row.bytes)) << row.text;
  }
}

TEST(TextTable, HoldsEveryInstruction) {
  std::set<const InsnRow*> seen;
  for (const TextRow& row : text_rows) seen.insert(find_row(slots_of(row.bytes)[0]));
  for (const InsnRow& row : insn_table()) EXPECT_TRUE(seen.contains(&row)) << row.mnemonic;
}

// ---- other ways to write the same ----

const TextRow spellings[] = {
    {"07 01 00 00 ff 00 00 00", "r1 += 0xff"},
    {"b7 01 00 00 f0 ff ff ff", "r1 = - 0x10"},
    {"79 a2 f8 ff 00 00 00 00", "r2=*(u64*)(r10-0x8)"},
    {"61 a2 f8 ff 00 00 00 00", "w2 = *(u32 *)(r10 - 8)"},
    {"63 2a f8 ff 00 00 00 00", "*(u32 *)(r10 - 8) = w2"},
    {"65 01 03 00 ff ff ff ff", "if r1 s>-1 goto +3"},
    {"18 01 00 00 ff ff ff ff 00 00 00 00 ff ff ff ff", "r1 = -1 ll"},
    {"95 00 00 00 00 00 00 00", "\n\n;; \t exit \r\n # a comment; exit\n // another"},
    {"b7 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00", "r0 = 0; exit // done"},
    {"05 00 ff ff 00 00 00 00", "again: goto again"},
    {"05 00 00 00 00 00 00 00", "goto end; end:"},
    {"55 01 01 00 00 00 00 00 05 00 fe ff 00 00 00 00 95 00 00 00 00 00 00 00",
     "top: if r1 != 0 goto .L1\n goto top\n.L1: exit"},
    {"85 10 00 00 01 00 00 00 95 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00",
     "call local f; exit; f: exit"},
    {"18 41 00 00 01 00 00 00 00 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00", "r1 = code_addr f; f: exit"},
    {"06 00 00 00 ff ff ff ff", "exit: gotol exit"},
    {"2a 00 00 00 00 00 00 00", ".word 42"},
    {"", " # nothing"},
};

TEST(Assemble, TakesOtherSpellings) {
  for (const TextRow& row : spellings) {
    const auto slots = assemble(row.text);
    ASSERT_TRUE(slots.has_value()) << row.text << ": " << slots.error().text();
    EXPECT_EQ(*slots, slots_of(row.bytes)) << row.text;
  }
}

TEST(Assemble, ALabelCountsBothSlotsOfALoad) {
  const auto slots = assemble("goto end; r1 = 5 ll; end: exit");
  ASSERT_TRUE(slots.has_value());
  EXPECT_EQ(slots->front(), build::go_to(2));
}

}  // namespace
}  // namespace tailbound::bpf

// Raw instructions to a record: what is found in them, and what is refused with the instruction's index.
#include "jit/bpf/from_insns.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/codec.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/text.hpp"
#include "tests/jit/bpf/random_insn.hpp"

namespace tailbound::bpf::testing {

namespace {

std::vector<LoweredMap> maps() {
  std::vector<LoweredMap> both(2);
  both[0].words = {0};
  both[1].kind = LoweredMap::Kind::prog_array;
  both[1].max_entries = 2;
  return both;
}

std::vector<Insn> assembled(std::string_view text) {
  const auto insns = assemble(text);
  EXPECT_TRUE(insns.has_value()) << text << ": " << insns.error().text();
  return *insns;
}

std::expected<Bytecode, InsnError> read(std::string_view text) { return from_insns(assembled(text), maps()); }

// --- properties ---

/// What comes out is sound by the checker's own word, and nothing crashes on the way.
RC_GTEST_PROP(FromInsns, AnySlotsAreRefusedWithAPlaceOrSound, ()) {
  const std::vector<Insn> slots = draw_any_slots();
  const auto made = from_insns(slots, maps());
  if (made) {
    RC_ASSERT(check_bytecode(*made, maps()).has_value());
    RC_ASSERT(made->insns == slots);
  } else {
    RC_ASSERT(made.error().insn <= slots.size());
    RC_ASSERT(!made.error().message.empty());
  }
}

RC_GTEST_PROP(FromInsns, LoweredProgramsAreSoundAndFoundAgain, ()) {
  const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 16));
  const Lowered lowered = lower(decode_scenario(bytes));
  for (const Bytecode& program : lowered.programs) {
    const auto sound = check_bytecode(program, lowered.maps);
    RC_LOG() << (sound ? "" : sound.error().text());
    RC_ASSERT(sound.has_value());
    const auto again = from_insns(program.insns, lowered.maps);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->functions.size() == program.functions.size());
    for (std::size_t f = 0; f < program.functions.size(); ++f) {
      RC_ASSERT(again->functions[f].first_insn == program.functions[f].first_insn);
      RC_ASSERT(again->functions[f].end_insn == program.functions[f].end_insn);
      RC_ASSERT(again->functions[f].stack_depth >= program.functions[f].stack_depth);
    }
    for (std::size_t i = 0; i < program.origin.size(); ++i) {
      RC_ASSERT(again->origin[i].function == program.origin[i].function);
    }
    RC_ASSERT(again->sites.size() == program.sites.size());
    for (std::size_t s = 0; s < program.sites.size(); ++s) {
      RC_ASSERT(again->sites[s].insn == program.sites[s].insn);
      RC_ASSERT(!again->sites[s].direct_index || again->sites[s].direct_index == program.sites[s].direct_index);
    }
  }
}

// --- what is found ---

TEST(FromInsns, FunctionsBeginWhereLocalCallsLead) {
  const auto made = read("call local f; call local g; exit; f: exit; g: call local f; exit");
  ASSERT_TRUE(made.has_value()) << made.error().text();
  ASSERT_EQ(made->functions.size(), 3U);
  EXPECT_EQ(made->functions[1].first_insn, 3U);
  EXPECT_EQ(made->functions[1].end_insn, 4U);
  EXPECT_EQ(made->functions[2].end_insn, 6U);
  EXPECT_EQ(made->origin[4].function, 2U);
}

struct Depth {
  const char* program;
  std::uint16_t bytes;
};

TEST(FromInsns, StackIsAsDeepAsR10IsUsed) {
  const std::vector<Depth> rows = {
      {"exit", 0},
      {"*(u8 *)(r10 - 1) = 1; exit", 1},
      {"r0 = *(u64 *)(r10 - 24); *(u32 *)(r10 - 4) = r0; exit", 24},
      {"lock *(u64 *)(r10 - 16) += r1; exit", 16},
      {"r0 = 0; if r10 > r1 goto +0; exit", 0},
      {"r1 = r10; exit", 512},
      {"r1 += r10; exit", 512},
      {"*(u64 *)(r1 + 0) = r10; exit", 512},
  };
  for (const Depth& row : rows) {
    const auto made = read(row.program);
    ASSERT_TRUE(made.has_value()) << row.program << ": " << made.error().text();
    EXPECT_EQ(made->functions[0].stack_depth, row.bytes) << row.program;
  }
}

struct Site {
  const char* behaviour;
  const char* program;
  std::optional<std::uint32_t> direct;
  std::uint16_t map;
};

TEST(FromInsns, ASiteIsDirectOnlyWhereMapAndIndexAreCertain) {
  const std::vector<Site> rows = {
      {"map, index, call", "r2 = map 1; r3 = 1; call 12; exit", 1, 1},
      {"the context may be moved between", "r2 = map 1; r1 = r6; r3 = 0; call 12; exit", 0, 1},
      {"the index loaded before the map", "r3 = 0; r2 = map 1; call 12; exit", {}, 1},
      {"an index beyond the array", "r2 = map 1; r3 = 2; call 12; exit", {}, 1},
      {"a negative index", "r2 = map 1; r3 = -1; call 12; exit", {}, 1},
      {"a computed index", "r2 = map 1; r3 += 1; call 12; exit", {}, 1},
      {"a 32-bit move", "r2 = map 1; w3 = 1; call 12; exit", {}, 0},
      {"a map that is no prog_array", "r2 = map 0; r3 = 0; call 12; exit", {}, 0},
      {"a map from elsewhere", "r2 = r7; r3 = 0; call 12; exit", {}, 0},
      {"a jump to the call", "if r1 == 0 goto c; r2 = map 1; r3 = 0; c: call 12; exit", {}, 0},
      {"a jump to the index", "if r1 == 0 goto c; r2 = map 1; c: r3 = 0; call 12; exit", {}, 0},
      {"a jump to the map", "if r1 == 0 goto c; c: r2 = map 1; r3 = 0; call 12; exit", 0, 1},
  };
  for (const Site& row : rows) {
    const auto made = read(row.program);
    ASSERT_TRUE(made.has_value()) << row.behaviour << ": " << made.error().text();
    ASSERT_EQ(made->sites.size(), 1U);
    EXPECT_EQ(made->sites[0].direct_index, row.direct) << row.behaviour;
    EXPECT_EQ(made->sites[0].map, row.map) << row.behaviour;
  }
}

// --- what is refused ---

struct Bad {
  const char* program;
  std::uint32_t insn;
  const char* message;
};

TEST(FromInsns, WhatIsNoProgramIsRefusedWithItsPlace) {
  const std::vector<Bad> rows = {
      {".word 0x00000000000000ff; exit", 0, "undefined opcode, expected one of RFC 9669"},
      {"exit; .word 0x0000000100000095", 1, "imm is not used by this instruction, expected 0"},
      {".word 0x0000000000000bb7; exit", 0, "dst is above the last register, expected r0 to r10"},
      {"r0 = 1; goto +5; exit", 1, "target 7 is outside the program, expected 0 to 2"},
      {"goto +1; r1 = 1 ll; exit", 0,
       "target 2 is the second slot of a two-slot load, expected an instruction's first slot"},
      {"call local +9; exit", 0, "target 10 is outside the program, expected 0 to 1"},
      {"call local +2; exit; r0 = 1 ll; exit", 0,
       "target 3 is the second slot of a two-slot load, expected an instruction's first slot"},
      {"call local f; exit; f: goto -2", 2, "jump to 1 leaves the function, expected 2 to 2"},
      {"call local f; goto f; f: exit", 1, "jump to 2 leaves the function, expected 0 to 1"},
      {"call local f; r0 = 0; f: exit", 1,
       "falls off the end of its function, expected an exit or a jump back"},
      {"r0 = 0", 0, "falls off the end of the program, expected an exit or a jump back"},
      {"call local -1; exit", 0, "a chain of more than 8 frames begins or recurs here"},
      {"r0 = *(u64 *)(r10 - 520); exit", 0, "touches 8 bytes at r10-520, expected them in the 512 below r10"},
      {"*(u16 *)(r10 - 1) = 1; exit", 0, "touches 2 bytes at r10-1, expected them in the 512 below r10"},
      {"*(u16 *)(r10 + 8) = 1; exit", 0, "touches 2 bytes at r10+8, expected them in the 512 below r10"},
      {"r1 = map 2; exit", 0, "map 2 does not exist, expected at most 1"},
      {"r1 = map_value 1 + 0; exit", 0, "map 1 is a prog_array, which has no values"},
  };
  for (const Bad& row : rows) {
    const auto made = read(row.program);
    ASSERT_FALSE(made.has_value()) << row.program;
    EXPECT_EQ(made.error(), (InsnError{row.insn, row.message})) << row.program;
  }
}

TEST(FromInsns, NineFramesAreOneTooMany) {
  std::string eight = "call local a1; exit;";
  for (int f = 1; f < 7; ++f)
    eight += "a" + std::to_string(f) + ": call local a" + std::to_string(f + 1) + "; exit;";
  EXPECT_TRUE(read(eight + "a7: exit").has_value());
  const auto nine = read(eight + "a7: call local a8; exit; a8: exit");
  ASSERT_FALSE(nine.has_value());
  EXPECT_EQ(nine.error().text(), "insn 14: a chain of more than 8 frames begins or recurs here");
}

TEST(FromInsns, ProgramsOverTheLimitsAreRefused) {
  std::vector<Insn> calls(257, build::exit());
  for (std::int32_t i = 0; i < 256; ++i) calls[static_cast<std::size_t>(i)] = build::call_local(256);
  calls[256] = build::exit();
  calls.resize(257 + 256, build::exit());
  const auto made = from_insns(calls);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().text(), "insn 255: calls one function more, expected at most 256");
  const auto huge = from_insns(std::vector<Insn>(max_insns + 1, build::exit()));
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().text(), "insn 1000000: the program has 1000001 slots, expected at most 1000000");
}

// --- the checker, on records that nobody built from instructions ---

struct Broken {
  const char* behaviour;
  void (*breaks)(Bytecode&);
  const char* message;
};

TEST(CheckBytecode, ARecordThatDoesNotFitItsInstructionsIsRefused) {
  const std::vector<Broken> rows = {
      {"no functions", [](Bytecode& b) { b.functions.clear(); }, "insn 0: belongs to no function"},
      {"a gap", [](Bytecode& b) { b.functions[1].first_insn = 7; },
       "insn 7: a function begins here, expected the next one at 6"},
      {"an empty function", [](Bytecode& b) { b.functions[0].end_insn = 0; },
       "insn 0: a function begins here, expected the next one at 0"},
      {"an end before the last slot", [](Bytecode& b) { b.functions[1].end_insn = 7; },
       "insn 7: belongs to no function"},
      {"too deep a stack", [](Bytecode& b) { b.functions[1].stack_depth = 520; },
       "insn 6: the function takes 520 bytes of stack, expected at most 512"},
      {"origins cut", [](Bytecode& b) { b.origin.pop_back(); },
       "insn 0: the record has no origin for every slot"},
      {"another's origin", [](Bytecode& b) { b.origin[2].function = 1; },
       "insn 2: its origin is another function"},
      {"no site", [](Bytecode& b) { b.sites.clear(); }, "insn 3: tail call without a site"},
      {"no site's origin", [](Bytecode& b) { b.origin[3].site = -1; }, "insn 3: tail call without a site"},
      {"another's site", [](Bytecode& b) { b.sites[0].insn = 1; },
       "insn 3: the site of this tail call is another's"},
      {"a slot beyond", [](Bytecode& b) { b.sites[0].direct_index = 9; },
       "insn 3: a direct site whose slot is in no prog_array"},
      {"functions as one",
       [](Bytecode& b) {
         b.functions[0].end_insn = 8;
         b.functions.pop_back();
         b.origin[6].function = b.origin[7].function = 0;
       },
       "insn 4: local call to 6, where no function begins"},
  };
  const auto sound = read("r2 = map 1; r3 = 1; call 12; call local f; exit; f: r0 = 0; exit");
  ASSERT_TRUE(sound.has_value()) << sound.error().text();
  for (const Broken& row : rows) {
    Bytecode broken = *sound;
    row.breaks(broken);
    const auto checked = check_bytecode(broken, maps());
    ASSERT_FALSE(checked.has_value()) << row.behaviour;
    EXPECT_EQ(checked.error().text(), row.message) << row.behaviour;
  }
}

}  // namespace

}  // namespace tailbound::bpf::testing

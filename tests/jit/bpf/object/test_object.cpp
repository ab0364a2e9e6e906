// Objects as clang makes them, and files that are none.
#include <gtest/gtest.h>
#include "rapidcheck/gtest.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/object/prepare.hpp"
#include "jit/bpf/object/values.hpp"
#include "tests/support/bpf_objects.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using namespace bpf;

OrObjectError<PreparedObject> prepared(std::span<const std::byte> file) {
  const auto object = read_object(file);
  if (!object) return std::unexpected(object.error());
  return prepare(*object);
}

/// The first line of a source says what is wrong with it.
std::string refusal_of(const std::filesystem::path& source) {
  std::ifstream file(source);
  std::string line;
  std::getline(file, line);
  constexpr std::string_view start = "// refused: ";
  return line.starts_with(start) ? line.substr(start.size()) : "";
}

TEST(Object, WhatIsNotTakenIsRefusedInOneLineWithItsPlace) {
  std::size_t rows = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "corpus/objects/refused")) {
    const std::string want = refusal_of(entry.path());
    ASSERT_NE(want, "") << entry.path();
    const auto got = prepared(compiled("refused/" + entry.path().filename().string()));
    ASSERT_FALSE(got.has_value()) << entry.path();
    EXPECT_TRUE(std::regex_search(got.error().text(), std::regex("^" + want)))
        << entry.path() << ": " << got.error().text();
    ++rows;
  }
  EXPECT_GE(rows, 12U);
}

TEST(Object, SlotsThatValuesFillAndNamesOfFunctions) {
  const auto got = prepared(compiled("hierarchy.c"));
  ASSERT_TRUE(got.has_value()) << got.error().text();
  ASSERT_EQ(got->names.programs.size(), 1U);
  ASSERT_EQ(got->names.programs[0].functions.size(), 2U);
  EXPECT_EQ(got->names.programs[0].functions[1].name, "tail");
  ASSERT_EQ(got->names.arrays.size(), 1U);
  EXPECT_EQ(got->names.arrays[0].slots, (std::vector<Slot>{{0, 0}}));
  ASSERT_EQ(got->lowered.programs[0].sites.size(), 1U);
  EXPECT_EQ(got->lowered.programs[0].sites[0].direct_index, 0U);
}

TEST(Object, VariablesHaveTheirPlaceWidthAndSign) {
  const auto got = prepared(compiled("variables.c"));
  ASSERT_TRUE(got.has_value()) << got.error().text();
  struct Row {
    const char* name;
    std::size_t elements;
    std::uint64_t first;
  };
  const auto negative = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  for (const Row& row : {Row{"small", 1, negative(-3)}, Row{"next_to_it", 1, 7}, Row{"wide", 1, negative(-5)},
                         Row{"row", 3, 1}, Row{"chosen", 1, 0}, Row{"step", 1, 2}, Row{"name", 4, 'a'},
                         Row{"couple", 8, 1}, Row{"entry_calls", 1, 0}}) {
    const auto found = std::ranges::find(got->names.maps, row.name, &ArrayMap::name);
    ASSERT_NE(found, got->names.maps.end()) << row.name;
    EXPECT_EQ(found->cells.size(), row.elements) << row.name;
    EXPECT_EQ(found->cells[0], row.first) << row.name;
  }
}

TEST(Object, AnArrayThatOnlyARunTellsIsAnyOfThem) {
  const auto got = prepared(compiled("indirect.c"));
  ASSERT_TRUE(got.has_value()) << got.error().text();
  const auto program =
      std::ranges::find(got->names.programs, "by_array", [](const Program& p) { return p.name(); });
  ASSERT_NE(program, got->names.programs.end());
  const Bytecode& code = got->lowered.programs[static_cast<std::size_t>(program - got->names.programs.begin())];
  ASSERT_EQ(code.sites.size(), 1U);
  EXPECT_EQ(code.sites[0].map, any_map);
  EXPECT_FALSE(code.sites[0].direct_index);
}

/// The ledger's code uses no stack, and of r6 to r9 only what the function uses anyway.
TEST(Object, TheLedgerTakesNoStackAndSavesNoRegisterMore) {
  for (const char* source : {"hierarchy.c", "indirect.c", "arrays.c", "packet.c"}) {
    const auto object = read_object(compiled(source));
    ASSERT_TRUE(object.has_value()) << source << object.error().text();
    const auto got = prepare(*object);
    ASSERT_TRUE(got.has_value()) << source << got.error().text();
    for (std::size_t p = 0; p < object->programs.size(); ++p) {
      const auto saved = [](std::span<const Insn> insns) {
        unsigned mask = 0;
        for (const Insn& insn : insns) mask |= 1U << (insn.dst & 15U) | 1U << (insn.src & 15U);
        return mask >> 6 & 15U;
      };
      const bool five_arguments = std::string_view(source) == "arrays.c";
      if (!five_arguments)
        EXPECT_EQ(saved(got->lowered.programs[p].insns), saved(object->programs[p].insns)) << source;
      for (const LoweredFunction& f : got->lowered.programs[p].functions)
        EXPECT_LE(f.stack_depth, 64U) << source;
    }
  }
}

/// What no jump and no instruction before it leads to, a kernel's verifier refuses.
TEST(Object, EveryInstructionIsReached) {
  for (const char* source : {"hierarchy.c", "indirect.c", "arrays.c", "packet.c", "variables.c"}) {
    const auto got = prepared(compiled(source));
    ASSERT_TRUE(got.has_value()) << source << got.error().text();
    for (const Bytecode& code : got->lowered.programs) {
      const auto values = object::known_values(code.insns);
      for (std::size_t i = 0; i < code.insns.size(); ++i) {
        EXPECT_NE(values[i][10].kind, object::Value::Kind::unreached) << source << ", insn " << i;
        if (is_two_slot(code.insns[i])) ++i;
      }
    }
  }
}

TEST(Object, EveryTruncationIsRefused) {
  const auto file = compiled("hierarchy.c");
  ASSERT_FALSE(file.empty());
  for (std::size_t size = 0; size < file.size(); size += size < 512 ? 1 : 37) {
    const auto got = prepared(std::span(file).first(size));
    // The table of sections stands at the end, so that nothing shorter is whole.
    EXPECT_FALSE(got.has_value()) << size;
  }
}

RC_GTEST_PROP(Object, ChangedBytesAreRefusedOrMakeSoundCode, ()) {
  static const auto files = [] {
    std::vector<std::vector<std::byte>> all;
    for (const char* source : {"hierarchy.c", "arrays.c", "indirect.c", "packet.c"})
      all.push_back(compiled(source));
    return all;
  }();
  auto file = *rc::gen::elementOf(files);
  const auto changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    file[*rc::gen::inRange<std::size_t>(0, file.size())] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
  }
  const auto got = prepared(file);
  if (!got) {
    RC_ASSERT(!got.error().text().empty());
    return;
  }
  for (const Bytecode& code : got->lowered.programs)
    RC_ASSERT(check_bytecode(code, got->lowered.maps).has_value());
}

TEST(Object, HeadersThatAreNotOurs) {
  const auto whole = compiled("hierarchy.c");
  struct Row {
    std::size_t at;
    unsigned byte;
    const char* says;
  };
  for (const Row& row :
       {Row{0, 0, "offset 0x0: no ELF file"}, Row{4, 1, "offset 0x4: no 64-bit ELF file"},
        Row{5, 2, "a big-endian object"}, Row{18, 62, "an object for machine 62; expected 247"},
        Row{16, 2, "ELF type 2; expected 1"}, Row{60, 0, "0 sections"}}) {
    auto file = whole;
    file[row.at] = static_cast<std::byte>(row.byte);
    const auto got = read_object(file);
    ASSERT_FALSE(got.has_value()) << row.says;
    EXPECT_NE(got.error().text().find(row.says), std::string::npos) << got.error().text();
  }
}

TEST(Object, BareCodeIsTakenWhereItIsAskedFor) {
  const std::vector<Insn> code = {build::mov(Reg::r0, 7), build::exit()};
  for (const char* section : {".text", "xdp", "anything"}) {
    const auto file = bare_object(code, section);
    const auto got = read_object(file, {.bare_code = true});
    ASSERT_TRUE(got.has_value()) << got.error().text();
    EXPECT_EQ(got->programs.size(), 1U);
    EXPECT_EQ(got->programs[0].insns, code);
    EXPECT_EQ(read_object(file).has_value(), std::string_view(section) == "xdp");
  }
}

}  // namespace

}  // namespace tailbound::test

// The conformance protocol: our own programs through it on every engine, and what it refuses.
#include "fuzz/plugin/plugin.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fuzz/campaign/engines.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/text.hpp"
#include "tests/support/bpf_objects.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using fuzz::answer;
using fuzz::PluginAnswer;

/// Skips where the engine cannot run.
class PluginEngine : public testing::TestWithParam<std::string_view> {
  void SetUp() override {
    const auto engines = fuzz::make_engines({.engines = {std::string(GetParam())}});
    if (const auto why = (*engines)[0]->unavailable()) GTEST_SKIP() << *why;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PluginEngine, testing::Values("interpreter", "x86_64", "arm64"),
                         [](const auto& row) { return std::string(row.param); });

struct Program {
  std::string name;
  std::string hex;
  std::string elf;
  std::string memory;
  std::string result;
};

std::string header(const std::string& text, const std::string& key) {
  const std::size_t at = text.find("# " + key + " ");
  if (at == std::string::npos) return "";
  const std::size_t from = at + key.size() + 3;
  return text.substr(from, text.find('\n', from) - from);
}

std::string hex(const std::vector<std::byte>& bytes) {
  std::string out;
  for (const std::byte byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += digits[std::to_integer<unsigned>(byte) >> 4];
    out += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return out;
}

std::vector<Program> corpus() {
  std::vector<Program> programs;
  for (const auto& entry :
       std::filesystem::directory_iterator(source_dir() / "corpus/conformance")) {
    if (entry.path().extension() != ".bpf") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto insns = bpf::assemble(text.str());
    EXPECT_TRUE(insns.has_value()) << entry.path() << ":" << insns.error().text();
    if (!insns) continue;
    programs.push_back({entry.path().filename(), hex(bpf::encode(*insns)),
                        hex(bare_object(*insns, ".text")), header(text.str(), "memory"),
                        header(text.str(), "result")});
  }
  return programs;
}

TEST_P(PluginEngine, GivesOurProgramsTheirResults) {
  const auto programs = corpus();
  EXPECT_GE(programs.size(), 12U);
  for (const Program& program : programs) {
    ASSERT_NE(program.result, "") << program.name;
    for (const bool elf : {false, true}) {
      const PluginAnswer got = answer({.memory = program.memory,
                                       .program = elf ? program.elf : program.hex,
                                       .elf = elf,
                                       .engine = GetParam()});
      SCOPED_TRACE(program.name + (elf ? " as ELF: " : ": ") + got.text);
      if (program.result == "fault") {
        EXPECT_EQ(got.exit_code, 1);
        EXPECT_TRUE(got.text.starts_with("fault: "));
      } else {
        ASSERT_EQ(got.exit_code, 0);
        EXPECT_EQ(std::stoull(got.text, nullptr, 16), std::stoull(program.result, nullptr, 0));
      }
    }
  }
}

constexpr std::string_view exit_at_once = "b7000000000000009500000000000000";

struct Row {
  const char* behaviour;
  std::string_view memory;
  std::string_view program;
  std::string_view engine;
  int exit_code;
  const char* text;
};

class PluginRow : public testing::TestWithParam<Row> {};

TEST_P(PluginRow, IsAnswered) {
  const Row& row = GetParam();
  const PluginAnswer got = answer({.memory = row.memory, .program = row.program, .elf = false, .engine = row.engine});
  EXPECT_EQ(got.exit_code, row.exit_code) << got.text;
  EXPECT_EQ(got.text, row.text);
}

TEST(Plugin, AnUnknownEngineIsAnsweredWithTheNamesThatThereAre) {
  const PluginAnswer got = answer({.memory = "", .program = exit_at_once, .engine = "z80"});
  EXPECT_EQ(got.exit_code, 2);
  EXPECT_EQ(got.text, "unknown engine 'z80'; expected " + fuzz::engine_names());
}

INSTANTIATE_TEST_SUITE_P(
    Protocol, PluginRow,
    testing::Values(
        Row{"ResultIsHexWithoutPrefix", "", "b7000000 2a000000 95000000 00000000", "interpreter", 0, "2a"},
        Row{"SpacesBetweenBytes", "aa BB", "bf 20 00 00 00 00 00 00 95 00 00 00 00 00 00 00", "x86_64", 0, "2"},
        Row{"MemoryIsRead", "aa bb", "71100100000000009500000000000000", "x86_64", 0, "bb"},
        Row{"MemoryIsWritten", "aa bb", "72010000070000007110000000000000 9500000000000000", "interpreter", 0,
            "7"},
        Row{"MemoryIsWritten2", "aa bb", "72010000070000007110000000000000 9500000000000000", "x86_64", 0, "7"},
        Row{"NoMemory", "", "bf10000000000000 9500000000000000", "x86_64", 0, "0"},
        Row{"EndlessLoop", "", "0500ffff000000009500000000000000", "interpreter", 1,
            "the program did not end within its limit"},
        Row{"EndlessLoopNatively", "", "0500ffff000000009500000000000000", "x86_64", 1,
            "the program did not end within its limit"},
        Row{"OddDigits", "a", exit_at_once, "interpreter", 2, "memory: an odd number of hex digits"},
        Row{"NoDigit", "", "b7zz", "interpreter", 2, "program: character 3 is no hex digit"},
        Row{"SplitByte", "", "b 7", "interpreter", 2, "program: character 2 is no hex digit"},
        Row{"Empty", "", "", "interpreter", 2,
            "program: insn 0: program is empty, expected at least one instruction"},
        Row{"CutSlot", "", "b7000000", "interpreter", 2,
            "program: insn 0: bytes end inside a slot (4 bytes), expected a multiple of 8"},
        Row{"MapThatDoesNotExist", "", "1811000000000000 0000000000000000 9500000000000000", "interpreter", 2,
            "program: insn 0: map 0 does not exist, expected none"},
        Row{"KernelFunction", "", "8520000005000000 9500000000000000", "x86_64", 2,
            "program 0: insn 0: a call of a kernel function is not compiled by x86_64"}),
    [](const auto& row) { return std::string(row.param.behaviour); });

}  // namespace

}  // namespace tailbound::test

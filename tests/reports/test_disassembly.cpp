// The listing of a program's machine code.
#include "reports/disassembly.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::test {

namespace {

using reports::Colours;

std::string listing(const bpf::Scenario& scenario, const char* scheme, Colours colours, jit::Image& image) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  EXPECT_TRUE(
      x86_64::Compiler().compile(lowered.programs[0], *x86_64::find_scheme(scheme), {}, image).has_value());
  return reports::disassembly(scenario, lowered, 0, image, colours);
}

std::string shown(const char* text, const char* scheme) {
  jit::Image image;
  return listing(*bpf::parse_graph(text), scheme, Colours::off, image);
}

/// The bytes in a listing: behind the offset, up to the first double space.
std::vector<std::uint8_t> bytes_of(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t offset = line.find_first_not_of(' ');
    if (offset == std::string::npos || line.compare(offset, 2, "0x") != 0) continue;
    const std::size_t begin = line.find("  ", offset);
    std::istringstream code(line.substr(begin, line.find("  ", begin + 2) - begin));
    for (unsigned byte = 0; code >> std::hex >> byte;) bytes.push_back(static_cast<std::uint8_t>(byte));
  }
  return bytes;
}

RC_GTEST_PROP(Disassembly, ShowsEveryByteOfEveryFunctionOnce, (std::uint64_t seed, bool by_value)) {
  gen::ByteSource source(seed);
  jit::Image image;
  const std::string text =
      listing(gen::generate(source, {}), by_value ? "by-value" : "pointer", Colours::off, image);
  std::vector<std::uint8_t> want;
  for (const jit::ImageFunction& f : image.functions) {
    want.insert(want.end(), image.code.begin() + f.offset, image.code.begin() + f.offset + f.size);
  }
  RC_ASSERT(bytes_of(text) == want);
  RC_ASSERT(text.find("\x1b") == std::string::npos);
}

constexpr const char* both_kinds =
    "array a[2] { 0: p }\n"
    "program p { call f; return 1; subprog f { tail_call a[0]; tail_call a[data 1]; return 0 } }\nrun p\n";

void expect_lines(const std::string& text, std::initializer_list<const char*> wanted) {
  for (const char* line : wanted)
    EXPECT_NE(text.find(line), std::string::npos) << line << "\nis not in\n" << text;
}

TEST(Disassembly, MarksWhatATailCallIsMadeOf) {
  expect_lines(shown(both_kinds, "pointer"),
               {"program p: ", "tail-call sites: 1 direct, 1 indirect", "<- a tail call lands here",
                "(tail-call site 0: direct, a[0])", "(tail-call site 1: indirect, a[r3])",
                "<- bypass of site 0: a nop while the slot is filled",
                "<- target of site 0: a jump while the slot is filled", "<- site 0 goes on when refused"});
}

TEST(Disassembly, NamesStandForAddresses) {
  expect_lines(shown(both_kinds, "by-value"),
               {"call p.f\n", "movabs rsi, map a\n", "movabs rdi, value of ledger + 0\n"});
}

TEST(Disassembly, ColoursOnlyWhenAskedFor) {
  jit::Image image;
  const bpf::Scenario scenario = *bpf::parse_graph(both_kinds);
  const std::string coloured = listing(scenario, "pointer", Colours::on, image);
  EXPECT_NE(coloured.find("\x1b[36m"), std::string::npos);
  EXPECT_EQ(listing(scenario, "pointer", Colours::off, image).find('\x1b'), std::string::npos);
}

}  // namespace

}  // namespace tailbound::test

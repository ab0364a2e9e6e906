// Every method of the x86-64 assembler against LLVM's assembler and decoder, over its operand space.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "oracles/disasm/disasm.hpp"
#include "tests/oracles/disasm/encoding_rows.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using disasm::Arch;
using disasm::MachineBytes;

const disasm::Disassembler& reader() {
  static const disasm::Disassembler disassembler(Arch::x86_64);
  return disassembler;
}

/// What LLVM makes of the samples' texts, one instruction each.
std::vector<MachineBytes> assembled(const std::vector<Sample>& samples) {
  static const disasm::MachineAssembler assembler(Arch::x86_64);
  std::string lines;
  for (const Sample& sample : samples) lines += sample.text + "\n";
  auto all = assembler.assemble(lines);
  if (!all) throw std::runtime_error("LLVM: " + all.error());
  if (all->size() != samples.size()) throw std::runtime_error("a sample is not one instruction");
  return std::move(*all);
}

/// LLVM's texts depend on the form in two ways: it leaves out the count of a shift by one, and writes a
/// negative imm8 with its sign but a negative imm32 of a 32-bit operation without.
std::string spelled_out(const std::string& text) {
  static const std::regex by_one("(shl|shr|sar|rol|ror) [a-z0-9]+");
  if (std::regex_match(text, by_one)) return text + ", 1";
  static const std::regex last_number("(.*, )([0-9]+)");
  std::smatch parts;
  if (!std::regex_match(text, parts, last_number)) return text;
  const std::uint64_t value = std::stoull(parts[2].str());
  return value > UINT32_MAX ? text : parts[1].str() + std::to_string(static_cast<std::int32_t>(value));
}

/// The text of `bytes` if they are exactly one instruction.
std::string read(const MachineBytes& bytes) {
  const auto insn = reader().decode(bytes, 0);
  if (!insn) return "no instruction";
  if (insn->size != bytes.size())
    return fmt::format("{} of {} bytes: {}", insn->size, bytes.size(), insn->text);
  return spelled_out(insn->text);
}

std::string hex(const MachineBytes& bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{:02x} ", byte);
  return out;
}

/// Why ours and LLVM's are not the same instruction; empty when they are.
std::string difference(const Row& row, const Sample& sample, const MachineBytes& llvm) {
  const std::string text = read(sample.bytes);
  if (text != read(llvm)) {
    return fmt::format("{}: {}reads '{}', LLVM's {}reads '{}'", sample.text, hex(sample.bytes), text, hex(llvm),
                       read(llvm));
  }
  if (sample.bytes == llvm) return {};
  if (row.kernel_form.empty())
    return fmt::format("{}: {}but LLVM has {}", sample.text, hex(sample.bytes), hex(llvm));
  if (sample.bytes.size() > llvm.size()) return {};
  return fmt::format("{}: {}is no longer than LLVM's {}", sample.text, hex(sample.bytes), hex(llvm));
}

class Encoding : public testing::TestWithParam<std::size_t> {
 protected:
  const Row& row() const { return encoding_rows()[GetParam()]; }
};

TEST_P(Encoding, IsLlvmsOverTheOperandSpace) {
  const std::vector<Sample> samples = row().samples();
  const std::vector<MachineBytes> llvm = assembled(samples);
  std::size_t other_form = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ASSERT_EQ(difference(row(), samples[i], llvm[i]), "");
    other_form += samples[i].bytes != llvm[i] ? 1U : 0U;
  }
  EXPECT_EQ(other_form != 0, !row().kernel_form.empty())
      << "the row's reason is out of date: " << row().kernel_form;
  RecordProperty("samples", static_cast<int>(samples.size()));
  RecordProperty("other_form", static_cast<int>(other_form));
}

TEST_P(Encoding, IsLlvmsForAnyOperands) {
  const bool held = rc::check([&] {
    std::vector<Sample> samples;
    for (int i = 0; i < 20; ++i) samples.push_back(row().random());
    const std::vector<MachineBytes> llvm = assembled(samples);
    for (std::size_t i = 0; i < samples.size(); ++i) RC_ASSERT(difference(row(), samples[i], llvm[i]) == "");
  });
  EXPECT_TRUE(held) << row().signature;
}

std::string test_name(const testing::TestParamInfo<std::size_t>& info) {
  std::string name = encoding_rows()[info.param].signature;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Assembler, Encoding, testing::Range<std::size_t>(0, encoding_rows().size()),
                         test_name);

/// Methods that write no instruction of their own: both short jumps go through a bound label.
const std::set<std::string> without_row = {"here()", "bind(constShortLabel&)"};

/// "(R64 dst, Mem src)" as "(R64,Mem)".
std::string types_of(const std::string& parameters) {
  static const std::regex name(R"(\s*\b[a-z_0-9]+\s*(?=,|$))");
  return without_spaces(std::regex_replace(parameters, name, ""));
}

/// Signatures of the public methods, as the header's text has them.
std::set<std::string> methods_of_the_header() {
  std::ifstream file(source_dir() / "jit/x86_64/assembler.hpp");
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find("\nclass Assembler {");
  const std::string body = all.substr(begin, all.find("\n private:", begin) - begin);
  static const std::regex method(R"(\n  (?:void|std::uint32_t) (\w+)\(([^)]*)\))");
  std::set<std::string> found;
  for (std::sregex_iterator it(body.begin(), body.end(), method), end; it != end; ++it) {
    found.insert((*it)[1].str() + "(" + types_of((*it)[2].str()) + ")");
  }
  return found;
}

TEST(Encodings, EveryMethodOfTheAssemblerHasARow) {
  std::set<std::string> rows = without_row;
  for (const Row& row : encoding_rows()) {
    EXPECT_TRUE(rows.insert(row.signature).second) << row.signature << " has two rows";
  }
  EXPECT_EQ(rows, methods_of_the_header());
}

TEST(Encodings, TheHeaderIsReadWhole) {
  const std::set<std::string> methods = methods_of_the_header();
  EXPECT_GT(methods.size(), 50U);
  EXPECT_TRUE(methods.contains("alu_rax_imm32(Group1,bool,std::int32_t)")) << "three parameters";
  EXPECT_TRUE(methods.contains("jcc_rel32(Cond)")) << "the last one";
}

TEST(Encodings, AWrongByteIsSeen) {
  const Row& row = encoding_rows()[0];
  Sample sample = row.samples()[1];
  const MachineBytes llvm = assembled({sample})[0];
  ASSERT_EQ(difference(row, sample, llvm), "");
  sample.bytes[0] ^= 4;  // REX.R: another source register
  EXPECT_NE(difference(row, sample, llvm), "");
}

}  // namespace

}  // namespace tailbound::test

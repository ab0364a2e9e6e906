// Every method of both assemblers against LLVM's assembler and decoder, over its operand space.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "oracles/disasm/disasm.hpp"
#include "tests/oracles/disasm/encoding_row.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using disasm::Arch;
using disasm::MachineBytes;

/// LLVM for one arch, and our rows for it.
struct Encodings {
  const EncodingSet& ours;
  disasm::Disassembler reader;
  disasm::MachineAssembler assembler;

  explicit Encodings(const EncodingSet& set) : ours(set), reader(set.arch), assembler(set.arch) {}
};

const Encodings& x86_64() {
  static const Encodings all(x86_64_encodings());
  return all;
}
const Encodings& arm64() {
  static const Encodings all(arm64_encodings());
  return all;
}

/// What LLVM makes of the samples' texts, one instruction each.
std::vector<MachineBytes> assembled(const Encodings& of, const std::vector<Sample>& samples) {
  std::string lines;
  for (const Sample& sample : samples) lines += sample.text + "\n";
  auto all = of.assembler.assemble(lines);
  if (!all) throw std::runtime_error("LLVM: " + all.error());
  if (all->size() != samples.size()) throw std::runtime_error("a sample is not one instruction");
  return std::move(*all);
}

/// LLVM's texts for x86-64 depend on the form in two ways: it leaves out the count of a shift by one, and writes a
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
std::string read(const Encodings& of, const MachineBytes& bytes) {
  const auto insn = of.reader.decode(bytes, 0);
  if (!insn) return "no instruction";
  if (insn->size != bytes.size())
    return fmt::format("{} of {} bytes: {}", insn->size, bytes.size(), insn->text);
  return of.ours.arch == Arch::x86_64 ? spelled_out(insn->text) : insn->text;
}

std::string hex(const MachineBytes& bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{:02x} ", byte);
  return out;
}

/// Why ours and LLVM's are not the same instruction; empty when they are.
std::string difference(const Encodings& of, const Row& row, const Sample& sample, const MachineBytes& llvm) {
  const std::string text = read(of, sample.bytes);
  if (text != read(of, llvm)) {
    return fmt::format("{}: {}reads '{}', LLVM's {}reads '{}'", sample.text, hex(sample.bytes), text, hex(llvm),
                       read(of, llvm));
  }
  if (sample.bytes == llvm) return {};
  if (row.kernel_form.empty())
    return fmt::format("{}: {}but LLVM has {}", sample.text, hex(sample.bytes), hex(llvm));
  if (sample.bytes.size() > llvm.size()) return {};
  return fmt::format("{}: {}is no longer than LLVM's {}", sample.text, hex(sample.bytes), hex(llvm));
}

struct RowOf {
  const Encodings& set;
  std::size_t number;
  const Row& row() const { return set.ours.rows[number]; }
};

class Encoding : public testing::TestWithParam<RowOf> {
 protected:
  const Row& row() const { return GetParam().row(); }
  const Encodings& all() const { return GetParam().set; }
};

TEST_P(Encoding, IsLlvmsOverTheOperandSpace) {
  const std::vector<Sample> samples = row().samples();
  const std::vector<MachineBytes> llvm = assembled(all(), samples);
  std::size_t other_form = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ASSERT_EQ(difference(all(), row(), samples[i], llvm[i]), "");
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
    const std::vector<MachineBytes> llvm = assembled(all(), samples);
    for (std::size_t i = 0; i < samples.size(); ++i) RC_ASSERT(difference(all(), row(), samples[i], llvm[i]) == "");
  });
  EXPECT_TRUE(held) << row().signature;
}

std::string test_name(const testing::TestParamInfo<RowOf>& info) {
  std::string name = info.param.set.ours.name + "_" + info.param.row().signature;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

std::vector<RowOf> all_rows() {
  std::vector<RowOf> all;
  for (const Encodings* set : {&x86_64(), &arm64()}) {
    for (std::size_t i = 0; i < set->ours.rows.size(); ++i) all.push_back({*set, i});
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Assembler, Encoding, testing::ValuesIn(all_rows()), test_name);

/// "(R64 dst, Mem src)" as "(R64,Mem)".
std::string types_of(const std::string& parameters) {
  static const std::regex name(R"(\s*\b[a-z_0-9]+\s*(?=,|$))");
  return without_spaces(std::regex_replace(parameters, name, ""));
}

/// Signatures of the public methods, as the header's text has them.
std::set<std::string> methods_of_the_header(const Encodings& of) {
  std::ifstream file(source_dir() / of.ours.header);
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

void expect_a_row_for_each(const Encodings& of) {
  std::set<std::string> rows = of.ours.without_row;
  for (const Row& row : of.ours.rows) {
    EXPECT_TRUE(rows.insert(row.signature).second) << row.signature << " has two rows";
  }
  EXPECT_EQ(rows, methods_of_the_header(of));
}

TEST(Encodings, EveryMethodOfTheX86AssemblerHasARow) { expect_a_row_for_each(x86_64()); }
TEST(Encodings, EveryMethodOfTheArm64AssemblerHasARow) { expect_a_row_for_each(arm64()); }

TEST(Encodings, TheHeadersAreReadWhole) {
  const std::set<std::string> methods = methods_of_the_header(x86_64());
  EXPECT_GT(methods.size(), 50U);
  EXPECT_TRUE(methods.contains("alu_rax_imm32(Group1,bool,std::int32_t)")) << "three parameters";
  EXPECT_TRUE(methods.contains("jcc_rel32(Cond)")) << "the last one";
  const std::set<std::string> of_arm64 = methods_of_the_header(arm64());
  EXPECT_GT(of_arm64.size(), 80U);
  EXPECT_TRUE(of_arm64.contains("msub(Sized,Sized,Sized,Sized)")) << "four parameters";
  EXPECT_TRUE(of_arm64.contains("cbz(Sized,ShortLabel&)")) << "the last one";
}

/// Another source register.
TEST(Encodings, AWrongBitIsSeen) {
  for (const auto& [set, bit] : {std::pair{&x86_64(), 2U}, std::pair{&arm64(), 5U}}) {
    const Row& row = set->ours.rows[0];
    Sample sample = row.samples()[1];
    const MachineBytes llvm = assembled(*set, {sample})[0];
    ASSERT_EQ(difference(*set, row, sample, llvm), "");
    sample.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_NE(difference(*set, row, sample, llvm), "");
  }
}

}  // namespace

}  // namespace tailbound::test

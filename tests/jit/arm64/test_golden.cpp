// Our images against those that real kernels emitted, word for word. Addresses of maps and helpers are taken from the
// kernel's image first; everything else must be ours.
#include <gtest/gtest.h>

#include <cstring>

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/link.hpp"
#include "jit/arm64/literal.hpp"
#include "jit/arm64/schemes.hpp"
#include "tests/support/golden.hpp"

namespace tailbound::test {

namespace {

using jit::Relocation;

struct Generation {
  const char* name;
  const char* kernel;
  const char* scheme;
  jit::Options options;
};

class GoldenArm64 : public testing::TestWithParam<Generation> {};

std::uint32_t word_at(const std::vector<std::uint8_t>& bytes, std::size_t offset) {
  std::uint32_t word = 0;
  if (offset + sizeof word <= bytes.size()) std::memcpy(&word, &bytes[offset], sizeof word);
  return word;
}

/// What a helper or a map has for an address, as the kernel's image shows it where ours has the relocation.
std::vector<std::uint8_t> linked(const jit::Image& image, const std::vector<GoldenFunction>& golden) {
  std::vector<std::uint64_t> address;
  for (const GoldenFunction& f : golden) address.push_back(f.address);
  std::vector<std::uint64_t> maps(2, 0);
  std::vector<std::uint64_t> values(2, 0);
  jit::Placement placement{.function = address, .map = maps, .map_value = values};
  for (const Relocation& r : image.relocations) {
    const jit::ImageFunction& function = image.functions[r.function];
    const auto literal = arm64::read_literal(golden[r.function].bytes, r.offset - function.offset);
    const std::uint64_t seen = literal ? literal->value : 0;
    switch (r.kind) {
      case Relocation::Kind::helper: placement.helper[r.target] = seen; break;
      case Relocation::Kind::map: maps[r.target] = seen; break;
      case Relocation::Kind::map_value: values[r.target] = seen - static_cast<std::uint32_t>(r.addend); break;
      case Relocation::Kind::function: break;
      case Relocation::Kind::thunk:
      case Relocation::Kind::return_thunk:
      case Relocation::Kind::per_cpu: ADD_FAILURE() << "no arm64 image has this"; break;
    }
  }
  std::vector<std::uint8_t> code = image.code;
  const auto done = arm64::link(image, placement, code.data());
  EXPECT_TRUE(done.has_value()) << done.error();
  return code;
}

void expect_same(const jit::Image& image, const std::vector<GoldenFunction>& golden) {
  ASSERT_EQ(image.functions.size(), golden.size());
  const std::vector<std::uint8_t> code = linked(image, golden);
  for (std::size_t f = 0; f < golden.size(); ++f) {
    const jit::ImageFunction& ours = image.functions[f];
    EXPECT_EQ(ours.size, golden[f].bytes.size()) << "function " << f;
    for (std::uint32_t at = 0; at < ours.size; at += 4) {
      EXPECT_EQ(word_at(code, ours.offset + at), word_at(golden[f].bytes, at)) << "function " << f << ", +" << at;
    }
  }
}

TEST_P(GoldenArm64, ImagesAreTheKernelsWordForWord) {
  const Generation& generation = GetParam();
  const auto rows = golden_rows(generation.kernel, "aarch64");
  ASSERT_EQ(rows.size(), 10U);
  const arm64::Scheme* scheme = arm64::find_scheme(generation.scheme);
  ASSERT_NE(scheme, nullptr);
  arm64::Compiler compiler;
  jit::Image image;
  for (const GoldenRow& row : rows) {
    SCOPED_TRACE(row.kernel + ": " + row.program);
    ASSERT_TRUE(compiler.compile(row.bytecode, *scheme, generation.options, image).has_value());
    expect_same(image, row.slots_empty);
    expect_same(image, row.slot0_filled);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, GoldenArm64,
                         testing::Values(Generation{"Debian_6_1_192", "6.1.0", "by-value", arm64::options_6_1()},
                                         Generation{"Debian_6_12_113", "6.12.113", "pointer",
                                                    arm64::options_6_12()}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(GoldenArm64Scheme, TheWrongSchemeIsSeen) {
  const auto rows = golden_rows("6.1.0", "aarch64");
  ASSERT_EQ(rows.size(), 10U);
  arm64::Compiler compiler;
  jit::Image image;
  for (const char* other : {"pointer", "pointer-fixed-frame"}) {
    ASSERT_TRUE(compiler.compile(rows[0].bytecode, *arm64::find_scheme(other), arm64::options_6_1(), image));
    EXPECT_NE(image.functions[0].size, rows[0].slots_empty[0].bytes.size()) << other;
  }
}

}  // namespace

}  // namespace tailbound::test

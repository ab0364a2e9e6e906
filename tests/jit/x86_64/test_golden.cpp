// Our images against those that real kernels emitted, byte for byte. Addresses of maps, helpers and thunks are taken
// from the kernel's image first; everything else must be ours.
#include <gtest/gtest.h>

#include <cstring>

#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/link.hpp"
#include "jit/x86_64/schemes.hpp"
#include "tests/support/golden.hpp"

namespace tailbound::test {

namespace {

struct Generation {
  const char* name;
  const char* kernel;
  const char* scheme;
  jit::Options options;
};

class Golden : public testing::TestWithParam<Generation> {};

bool is_foreign_address(jit::Relocation::Kind kind) {
  switch (kind) {
    case jit::Relocation::Kind::function: return false;
    case jit::Relocation::Kind::helper:
    case jit::Relocation::Kind::thunk:
    case jit::Relocation::Kind::return_thunk:
    case jit::Relocation::Kind::map:
    case jit::Relocation::Kind::map_value:
    case jit::Relocation::Kind::per_cpu: return true;
  }
  return true;
}

bool is_eight_bytes(jit::Relocation::Kind kind) {
  return kind == jit::Relocation::Kind::map || kind == jit::Relocation::Kind::map_value ||
         kind == jit::Relocation::Kind::per_cpu;
}

/// The program linked at the kernel's addresses, slot 0 empty or holding the program itself.
std::vector<std::uint8_t> linked(const jit::Image& image, const std::vector<GoldenFunction>& golden, bool filled) {
  std::vector<std::uint64_t> address;
  for (const GoldenFunction& f : golden) address.push_back(f.address);
  const std::vector<std::uint64_t> maps(2, 0);
  std::vector<std::uint8_t> code = image.code;
  x86_64::link(image, {.function = address, .map = maps, .map_value = maps}, code.data());
  for (const jit::ImageSite& site : image.sites) {
    if (!site.direct_index) continue;
    std::optional<std::uint64_t> entry;
    if (filled && *site.direct_index == 0) entry = address[0] + image.functions[0].landing;
    const auto patch = x86_64::patches(image, site, address[site.function], entry);
    std::memcpy(&code[site.bypass], patch.bypass.data(), patch.bypass.size());
    std::memcpy(&code[site.target], patch.target.data(), patch.target.size());
  }
  for (const jit::Relocation& r : image.relocations) {
    if (!is_foreign_address(r.kind)) continue;
    const std::size_t in_function = r.offset - image.functions[r.function].offset;
    const std::size_t width = is_eight_bytes(r.kind) ? 8 : 4;
    EXPECT_LE(in_function + width, golden[r.function].bytes.size()) << "our image is longer than the kernel's";
    if (in_function + width > golden[r.function].bytes.size()) continue;
    std::memcpy(&code[r.offset], &golden[r.function].bytes[in_function], width);
  }
  return code;
}

void expect_same(const jit::Image& image, const std::vector<GoldenFunction>& golden, bool filled) {
  const std::vector<std::uint8_t> code = linked(image, golden, filled);
  ASSERT_EQ(image.functions.size(), golden.size());
  for (std::size_t f = 0; f < golden.size(); ++f) {
    const jit::ImageFunction& ours = image.functions[f];
    const std::vector<std::uint8_t> bytes(code.begin() + ours.offset, code.begin() + ours.offset + ours.size);
    EXPECT_EQ(bytes, golden[f].bytes) << "function " << f << (filled ? ", slot 0 filled" : ", slots empty");
  }
}

TEST_P(Golden, ImagesAreTheKernelsByteForByte) {
  const Generation& generation = GetParam();
  const auto rows = golden_rows(generation.kernel, "x86_64");
  ASSERT_EQ(rows.size(), 10U);
  x86_64::Compiler compiler;
  jit::Image image;
  for (const GoldenRow& row : rows) {
    SCOPED_TRACE(row.kernel + ": " + row.program);
    const x86_64::Scheme* scheme = x86_64::find_scheme(generation.scheme);
    ASSERT_NE(scheme, nullptr);
    ASSERT_TRUE(compiler.compile(row.bytecode, *scheme, generation.options, image).has_value());
    expect_same(image, row.slots_empty, false);
    expect_same(image, row.slot0_filled, true);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Golden,
                         testing::Values(
                             Generation{"Debian_6_1_192", "6.1.0", "by-value", x86_64::options_6_1()},
                             Generation{"Debian_6_12_113", "6.12.113", "pointer", x86_64::options_6_12()},
                             Generation{"Linux_6_18_44", "6.18", "pointer-6.18", x86_64::options_6_18()}),
                         [](const auto& row) { return std::string(row.param.name); });

/// The rows tell the two later generations apart: in the sixth program both functions call helpers.
TEST(GoldenScheme, TheReloadBeforeHelpersIsSeen) {
  x86_64::Compiler compiler;
  jit::Image image;
  const auto rows = golden_rows("6.18", "x86_64");
  ASSERT_EQ(rows.size(), 10U);
  ASSERT_TRUE(compiler.compile(rows[5].bytecode, *x86_64::find_scheme("pointer"), x86_64::options_6_18(), image));
  EXPECT_NE(image.functions[0].size, rows[5].slots_empty[0].bytes.size());
}

TEST(GoldenScheme, TheWrongSchemeIsSeen) {
  const auto rows = golden_rows("6.1.0", "x86_64");
  x86_64::Compiler compiler;
  jit::Image image;
  ASSERT_TRUE(compiler.compile(rows[0].bytecode, *x86_64::find_scheme("pointer"), x86_64::options_6_1(), image));
  std::vector<std::uint8_t> first(image.code.begin(), image.code.begin() + image.functions[0].size);
  EXPECT_NE(first, rows[0].slots_empty[0].bytes);
}

}  // namespace

}  // namespace tailbound::test

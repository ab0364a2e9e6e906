// Addresses in arm64 images: what a literal then holds and where a call then leads, and what does not fit.
#include "jit/arm64/link.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "jit/arm64/assembler.hpp"
#include "jit/arm64/literal.hpp"

namespace tailbound::test {

namespace {

using jit::Relocation;

/// One function: a literal of every block, one without bits 32 to 47, the address of code, and a bl.
struct Sample {
  jit::Image image;
  std::array<std::uint64_t, 1> function = {0x7000'0000};
  std::array<std::uint64_t, 1> map = {0};
  std::array<std::uint64_t, 1> value = {0};
  jit::Placement placement{.function = function, .map = map, .map_value = value};

  Sample() {
    jit::CodeBuffer code;
    code.ensure(64);
    arm64::Assembler a(code);
    add(Relocation::Kind::map, Relocation::Form::literal, a.here());
    arm64::emit_address(a, arm64::x0, 0b1111);
    add(Relocation::Kind::map_value, Relocation::Form::literal, a.here());
    arm64::emit_address(a, arm64::x1, 0b1011);
    add(Relocation::Kind::helper, Relocation::Form::literal, a.here());
    arm64::emit_code_address(a, arm64::x10);
    a.blr(arm64::x10);
    add(Relocation::Kind::function, Relocation::Form::branch26, a.here());
    a.bl(0);
    image.code.assign(code.bytes().begin(), code.bytes().end());
    image.functions.push_back({.offset = 0, .size = code.size()});
  }
  void add(Relocation::Kind kind, Relocation::Form form, std::uint32_t at) {
    image.relocations.push_back({.kind = kind, .form = form, .offset = at});
  }
  std::expected<std::vector<std::uint32_t>, std::string> linked() const {
    std::vector<std::uint8_t> code = image.code;
    if (auto done = arm64::link(image, placement, code.data()); !done) return std::unexpected(done.error());
    std::vector<std::uint32_t> words(code.size() / 4);
    std::memcpy(words.data(), code.data(), code.size());
    return words;
  }
};

TEST(LinkArm64, LiteralsAndCallsHoldTheirAddresses) {
  Sample sample;
  sample.map = {0x1234'5678'9abc'def0};
  sample.value = {0xffff'0000'0809'6910};
  sample.placement.helper[0] = 0x5555'6666'7777;
  sample.image.relocations[1].addend = 8;
  const auto words = sample.linked();
  ASSERT_TRUE(words.has_value()) << words.error();
  const std::vector<std::uint32_t> expected = {
      0xd2e24680, 0xf2cacf00, 0xf2b35780, 0xf29bde00,  // movz x0, #0x1234, lsl #48; movk …
      0xd2ffffe1, 0xf2a10121, 0xf28d2301,  // movz x1, #0xffff, lsl #48; movk #0x809, lsl #16; movk #0x6918
      0xd28eeeea, 0xf2acccca, 0xf2caaaaa,  // movz x10: the upper bits are 0
      0xd63f0140,
      0x97fffff5,  // bl .-44
  };
  EXPECT_EQ(*words, expected);
}

TEST(LinkArm64, TheAddressOfKernelCodeStartsFromOnes) {
  Sample sample;
  sample.placement.helper[0] = 0xffff'8000'080a'5a38;
  const auto words = sample.linked();
  ASSERT_TRUE(words.has_value()) << words.error();
  EXPECT_EQ((*words)[7], 0x9294b8eaU);  // movn x10, #0xa5c7, as in Debian's 6.1.192
  EXPECT_EQ((*words)[8], 0xf2a1014aU);
  EXPECT_EQ((*words)[9], 0xf2d0000aU);
}

TEST(LinkArm64, WhatDoesNotFitIsAnError) {
  Sample blocks;
  blocks.value = {0x0001'0000'0000};
  EXPECT_EQ(blocks.linked().error(), "the address for offset 16 does not fit there");
  Sample code;
  code.placement.helper[0] = 0x0001'0000'0000'0000;
  EXPECT_EQ(code.linked().error(), "the address for offset 28 does not fit there");

  Sample far;
  std::array<std::uint64_t, 2> function = {0x7000'0000, 0x7800'0000 + 44};
  far.image.functions.push_back({});
  far.image.relocations.back().target = 1;
  far.placement.function = function;
  EXPECT_EQ(far.linked().error(), "the address for offset 44 does not fit there");
  function[1] -= 4;
  EXPECT_TRUE(far.linked().has_value());
  function[1] = 0x7000'0000 + 44 - (1U << 27);
  EXPECT_TRUE(far.linked().has_value());
  function[1] -= 4;
  EXPECT_FALSE(far.linked().has_value());
}

}  // namespace

}  // namespace tailbound::test

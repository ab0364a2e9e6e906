#include "oracles/engine/vm/kernel_image.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

using namespace tailbound::engine::vm;

namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::size_t at, std::string_view text) {
  std::memcpy(bytes.data() + at, text.data(), text.size());
}

/// The fields of Documentation/arch/x86/boot.rst that matter here; 16 KiB of code after two sectors.
Bytes bz_image() {
  Bytes bytes(1024 + 16384);
  bytes[0x1f1] = 1;
  bytes[0x1f5] = 4;
  bytes[0x1fe] = 0x55;
  bytes[0x1ff] = 0xaa;
  put(bytes, 0x202, "HdrS");
  bytes[0x206] = 0x0f;
  bytes[0x207] = 0x02;
  bytes[0x20e] = 0x80;
  bytes[0x20f] = 0x01;
  bytes[0x236] = 1;
  put(bytes, 0x380, "6.1.0 (me) #1");
  return bytes;
}

Bytes arm64_image() {
  Bytes bytes(4096);
  put(bytes, 0x38, "ARM\x64");
  return bytes;
}

std::expected<KernelImage, std::string> of(const Bytes& bytes) { return recognise(bytes, bytes.size()); }

TEST(KernelImage, ArchitectureAndVersionOfABzImage) {
  const auto image = of(bz_image());
  ASSERT_TRUE(image) << image.error();
  EXPECT_EQ(image->architecture, Architecture::amd64);
  EXPECT_EQ(image->version, "6.1.0 (me) #1");
}

TEST(KernelImage, ArchitectureOfAnImage) {
  const auto image = of(arm64_image());
  ASSERT_TRUE(image) << image.error();
  EXPECT_EQ(image->architecture, Architecture::arm64);
}

TEST(KernelImage, CutShort) {
  Bytes bytes = bz_image();
  bytes.resize(bytes.size() - 1);
  EXPECT_EQ(of(bytes).error(), "a kernel that is cut short; expected an x86-64 bzImage or an arm64 Image");
}

TEST(KernelImage, ThirtyTwoBits) {
  Bytes bytes = bz_image();
  bytes[0x236] = 0;
  EXPECT_TRUE(of(bytes).error().starts_with("a 32-bit x86 kernel"));
}

struct Row {
  std::size_t offset;
  std::string bytes, begins;
};

TEST(KernelImage, WhatElseItMayBe) {
  const Row rows[] = {
      {0,
       "\x7f"
       "ELF",
       "an ELF file"},
      {0, "\x1f\x8b", "compressed by gzip"},
      {4, "zimg", "a compressed EFI image"},
      {0, "#!/bin/sh", "no kernel"},
  };
  for (const Row& row : rows) {
    Bytes bytes(4096);
    put(bytes, row.offset, row.bytes);
    EXPECT_TRUE(of(bytes).error().starts_with(row.begins)) << of(bytes).error();
  }
}

RC_GTEST_PROP(KernelImage, AnyPieceIsRefusedOrTaken, ()) {
  Bytes bytes = bz_image();
  bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
  RC_ASSERT(!of(bytes).has_value());
}

TEST(KernelImage, FilesAreNamed) {
  EXPECT_EQ(recognise_file("/nowhere/bzImage").error(),
            "/nowhere/bzImage: No such file or directory; expected an x86-64 bzImage or an arm64 Image");
  EXPECT_TRUE(recognise_file("/").error().starts_with("/: no regular file"));
}

}  // namespace

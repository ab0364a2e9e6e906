#include "tests/support/bpf_objects.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "jit/bpf/decode.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

template <class T>
void put(std::vector<std::byte>& bytes, T value) {
  const auto* const from = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), from, from + sizeof value);
}

struct SectionHeader {
  std::uint32_t name, type;
  std::uint64_t flags, address, offset, size;
  std::uint32_t link, info;
  std::uint64_t alignment, entry;
};

}  // namespace

std::vector<std::byte> compiled(std::string_view source) {
  const std::string out =
      std::filesystem::temp_directory_path() / ("tailbound-test-" + std::to_string(::getpid()) + ".o");
  const std::string command = "clang-19 -target bpf -g -O2 -I/usr/include/$(uname -m)-linux-gnu -c " +
                              (source_dir() / "corpus/objects" / source).string() + " -o " + out;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream file(out, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(out);
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> bare_object(std::span<const bpf::Insn> code, std::string_view section) {
  const std::string names = std::string("\0.strtab\0.symtab\0main\0", 22) + std::string(section) + '\0';
  const std::vector<std::byte> insns = bpf::encode(code);
  std::vector<std::byte> file;
  for (const unsigned byte : {0x7fU, 0x45U, 0x4cU, 0x46U, 2U, 1U, 1U, 0U})
    file.push_back(static_cast<std::byte>(byte));
  put(file, std::uint64_t{0});
  put(file, std::uint16_t{1}), put(file, std::uint16_t{247}), put(file, std::uint32_t{1});
  put(file, std::uint64_t{0}), put(file, std::uint64_t{0}), put(file, std::uint64_t{64});
  put(file, std::uint32_t{0}), put(file, std::uint16_t{64}), put(file, std::uint16_t{0}),
      put(file, std::uint16_t{0});
  put(file, std::uint16_t{64}), put(file, std::uint16_t{4}), put(file, std::uint16_t{1});
  constexpr std::uint64_t first = 64 + 4 * 64;
  const std::uint64_t symbols = first + names.size();
  const std::uint64_t text = symbols + 48;
  put(file, SectionHeader{});
  put(file, SectionHeader{1, 3, 0, 0, first, names.size(), 0, 0, 1, 0});
  put(file, SectionHeader{9, 2, 0, 0, symbols, 48, 1, 1, 8, 24});
  put(file, SectionHeader{22, 1, 6, 0, text, insns.size(), 0, 0, 8, 0});
  for (const char c : names) file.push_back(static_cast<std::byte>(c));
  file.resize(file.size() + 24);
  put(file, std::uint32_t{17}), put(file, std::uint8_t{0x12}), put(file, std::uint8_t{0}),
      put(file, std::uint16_t{3});
  put(file, std::uint64_t{0}), put(file, std::uint64_t{insns.size()});
  file.insert(file.end(), insns.begin(), insns.end());
  return file;
}

}  // namespace tailbound::test

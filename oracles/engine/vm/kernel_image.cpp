#include "oracles/engine/vm/kernel_image.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace tailbound::engine::vm {

namespace {

constexpr std::string_view expected_image = "expected an x86-64 bzImage or an arm64 Image";

bool has(std::span<const std::uint8_t> head, std::size_t offset, std::string_view bytes) {
  return head.size() >= offset + bytes.size() &&
         std::memcmp(head.data() + offset, bytes.data(), bytes.size()) == 0;
}

std::uint16_t half_at(std::span<const std::uint8_t> head, std::size_t offset) {
  return static_cast<std::uint16_t>(head[offset] | head[offset + 1] << 8);
}

/// The pointer of the setup header, plus 0x200, leads to a text that ends in a zero.
std::string version_of(std::span<const std::uint8_t> head) {
  const std::size_t pointer = half_at(head, 0x20e);
  if (pointer == 0 || pointer + 0x200 >= head.size()) return {};
  const auto text = head.subspan(pointer + 0x200);
  return {text.begin(), std::ranges::find(text, std::uint8_t{0})};
}

std::uint32_t word_at(std::span<const std::uint8_t> head, std::size_t offset) {
  return half_at(head, offset) | static_cast<std::uint32_t>(half_at(head, offset + 2)) << 16;
}

/// The setup sectors and the boot sector before them, then the code in units of 16 bytes.
std::uint64_t bytes_of(std::span<const std::uint8_t> head) {
  return (std::uint64_t{head[0x1f1]} + 1) * 512 + std::uint64_t{word_at(head, 0x1f4)} * 16;
}

std::unexpected<std::string> cut_short() {
  return std::unexpected(fmt::format("a kernel that is cut short; {}", expected_image));
}

std::expected<KernelImage, std::string> bz_image(std::span<const std::uint8_t> head, std::uint64_t size) {
  constexpr std::size_t setup_header = 0x264;
  if (head.size() < setup_header || size < bytes_of(head)) return cut_short();
  constexpr std::uint16_t with_xloadflags = 0x020c, kernel_64 = 1;
  if (half_at(head, 0x206) < with_xloadflags || (half_at(head, 0x236) & kernel_64) == 0)
    return std::unexpected(fmt::format("a 32-bit x86 kernel; {}", expected_image));
  return KernelImage{Architecture::amd64, version_of(head)};
}

struct Other {
  std::size_t offset;
  std::string_view bytes;
  std::string_view what;
};

constexpr Other others[] = {
    {0,
     "\x7f"
     "ELF",
     "an ELF file (vmlinux?), not what a boot loader takes"},
    {0, "\x1f\x8b", "compressed by gzip (Image.gz?); expected it uncompressed"},
    {4, "zimg", "a compressed EFI image (vmlinuz.efi?); expected it uncompressed"},
};

/// What follows "Linux version " in an image that is not compressed (init/version.c).
std::string banner_of(std::ifstream& file) {
  constexpr std::string_view banner = "Linux version ";
  file.clear();
  file.seekg(0);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t at = content.find(banner); at != std::string::npos; at = content.find(banner, at + 1)) {
    const std::size_t begin = at + banner.size();
    // The format string of /proc/version has it too, with a %s.
    if (begin < content.size() && content[begin] >= '0' && content[begin] <= '9')
      return content.substr(begin, content.find_first_of(std::string_view("\n\0", 2), begin) - begin);
  }
  return {};
}

}  // namespace

std::expected<KernelImage, std::string> recognise(std::span<const std::uint8_t> head, std::uint64_t size) {
  if (has(head, 0x202, "HdrS")) return bz_image(head, size);
  if (has(head, 0x38, "ARM\x64")) return KernelImage{Architecture::arm64, {}};
  for (const Other& other : others) {
    if (has(head, other.offset, other.bytes))
      return std::unexpected(fmt::format("{}; {}", other.what, expected_image));
  }
  return std::unexpected(fmt::format("no kernel; {}", expected_image));
}

std::expected<KernelImage, std::string> recognise_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return std::unexpected(fmt::format("{}: {}; {}", path, std::strerror(errno), expected_image));
  if (!S_ISREG(status.st_mode))
    return std::unexpected(fmt::format("{}: no regular file; {}", path, expected_image));
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> head(image_head);
  file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  if (file.bad() || !file.is_open()) return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  head.resize(static_cast<std::size_t>(file.gcount()));
  auto image = recognise(head, static_cast<std::uint64_t>(status.st_size));
  if (!image) return std::unexpected(fmt::format("{}: {}", path, image.error()));
  if (image->version.empty()) image->version = banner_of(file);
  return image;
}

}  // namespace tailbound::engine::vm

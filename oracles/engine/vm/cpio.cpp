#include "oracles/engine/vm/cpio.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace tailbound::engine::vm {

namespace {

constexpr std::string_view trailer = "TRAILER!!!";

void pad(std::string& bytes) { bytes.resize((bytes.size() + 3) & ~std::size_t{3}, '\0'); }

}  // namespace

void Cpio::add(std::string_view path, std::uint32_t mode, std::string_view content, Device device) {
  // Magic, then: inode, mode, uid, gid, links, mtime, size, device of the file (2), device that it is (2),
  // length of the name with its zero, checksum (0 in newc).
  bytes_ += fmt::format("070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}",
                        inode_++, mode, 0, 0, 1, 0, content.size(), 0, 0, device.major, device.minor,
                        path.size() + 1, 0);
  bytes_ += path;
  bytes_ += '\0';
  pad(bytes_);
  bytes_ += content;
  pad(bytes_);
}

void Cpio::add_folder(std::string_view path) { add(path, S_IFDIR | 0755, {}, {}); }

void Cpio::add_file(std::string_view path, std::string_view content, std::uint32_t permissions) {
  add(path, S_IFREG | permissions, content, {});
}

void Cpio::add_character_device(std::string_view path, std::uint32_t major, std::uint32_t minor) {
  add(path, S_IFCHR | 0600, {}, {major, minor});
}

std::string Cpio::finish() && {
  add(trailer, 0, {}, {});
  return std::move(bytes_);
}

}  // namespace tailbound::engine::vm

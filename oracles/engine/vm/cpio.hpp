// An initramfs: a cpio archive in the format "newc"
// (Documentation/driver-api/early-userspace/buffer-format.rst).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tailbound::engine::vm {

class Cpio {
 public:
  void add_folder(std::string_view path);
  void add_file(std::string_view path, std::string_view content, std::uint32_t permissions);
  void add_character_device(std::string_view path, std::uint32_t major, std::uint32_t minor);
  /// The archive with its trailer; nothing can be added after it.
  std::string finish() &&;

 private:
  struct Device {
    std::uint32_t major = 0, minor = 0;
  };
  void add(std::string_view path, std::uint32_t mode, std::string_view content, Device device);

  std::string bytes_;
  std::uint32_t inode_ = 0;
};

}  // namespace tailbound::engine::vm

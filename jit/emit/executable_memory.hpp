// Executable memory behind one seam. No mapping is writable and executable at once: code is written through one
// view and run through another; publish() makes what was written safe to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

namespace tailbound::jit {

class ExecutableMemory {
 public:
  /// `size` bytes (rounded up to pages). Error: what the system refused.
  static std::expected<ExecutableMemory, std::string> create(std::size_t size);
  /// The executable view alone, at `address`, of `size` bytes (whole pages) of `file` from `offset`, which
  /// another process writes; writable() is null. `file` stays the caller's and open.
  static std::expected<ExecutableMemory, std::string> adopt(int file, std::size_t offset, std::size_t size,
                                                            std::uint64_t address);

  ExecutableMemory(ExecutableMemory&& other) noexcept;
  ExecutableMemory& operator=(ExecutableMemory&& other) noexcept;
  ~ExecutableMemory();

  std::size_t size() const { return size_; }
  std::uint8_t* writable() const { return writable_; }
  /// Address at which the byte at `offset` runs.
  std::uint64_t address(std::size_t offset = 0) const {
    return reinterpret_cast<std::uint64_t>(executable_) + offset;
  }
  bool contains(std::uint64_t pc) const { return pc >= address() && pc < address(size_); }

  /// After writing [offset, offset + size): this thread may run it. Written through an alias, so the processor
  /// must serialise before it fetches (Intel SDM volume 3, 9.1.3), or caches be cleaned by address (Arm ARM,
  /// B2.4.4). Where neither helps (see aliases_are_coherent) the pages are mapped anew.
  void publish(std::size_t offset, std::size_t size) const;

 private:
  ExecutableMemory(std::uint8_t* writable, std::uint8_t* executable, std::size_t size)
      : writable_(writable), executable_(executable), size_(size) {}
  void map_anew(std::size_t offset, std::size_t size) const;
  void release() noexcept;

  std::uint8_t* writable_ = nullptr;
  std::uint8_t* executable_ = nullptr;
  std::size_t size_ = 0;
  // Where pages are mapped anew.
  bool maps_anew_ = false;
  int file_ = -1;
  bool owns_file_ = false;
  std::size_t file_offset_ = 0;
};

/// Whether code written through one view runs through another once it is published, tried out once a process.
/// It does not under qemu-user before 8.1, which keeps its translation.
bool aliases_are_coherent();

}  // namespace tailbound::jit

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

  /// After writing [offset, offset + size): this thread may run it. Written through an alias, so the processor must
  /// serialise before it fetches (Intel SDM volume 3, 9.1.3).
  void publish(std::size_t offset, std::size_t size) const;

 private:
  ExecutableMemory(std::uint8_t* writable, std::uint8_t* executable, std::size_t size)
      : writable_(writable), executable_(executable), size_(size) {}
  void release() noexcept;

  std::uint8_t* writable_ = nullptr;
  std::uint8_t* executable_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tailbound::jit

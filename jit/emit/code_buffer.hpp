// Bytes of code being written. Room is asked for once an instruction; the writes after that are plain stores.
#pragma once

#include <cassert>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <vector>

namespace tailbound::jit {

/// A byte of code. A type of its own, because a store through `unsigned char` may change anything: with it size and
/// storage would be read again from memory for every byte.
enum class CodeByte : std::uint8_t {};

class CodeBuffer {
 public:
  void clear() { size_ = 0; }
  std::uint32_t size() const { return size_; }
  std::span<const std::uint8_t> bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(storage_.data()), size_};
  }

  /// Makes room for `count` more bytes; storage only grows, so a warm buffer allocates nothing.
  void ensure(std::uint32_t count) {
    if (storage_.size() - size_ < count) storage_.resize(2 * storage_.size() + count);
  }

  void u8(std::uint8_t value) {
    assert(size_ < storage_.size() && "ensure() is called before an instruction is written");
    storage_[size_++] = CodeByte{value};
  }
  void bytes(std::initializer_list<std::uint8_t> values) {
    for (const std::uint8_t value : values) u8(value);
  }
  void u32(std::uint32_t value) { raw(value); }
  void u64(std::uint64_t value) { raw(value); }

  std::uint32_t at32(std::uint32_t at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, &storage_[at], sizeof value);
    return value;
  }
  void patch8(std::uint32_t at, std::uint8_t value) { storage_[at] = CodeByte{value}; }
  void patch32(std::uint32_t at, std::uint32_t value) { std::memcpy(&storage_[at], &value, sizeof value); }

 private:
  template <class T>
  void raw(T value) {
    assert(storage_.size() - size_ >= sizeof value && "ensure() is called before an instruction is written");
    std::memcpy(&storage_[size_], &value, sizeof value);
    size_ += sizeof value;
  }

  std::vector<CodeByte> storage_;
  std::uint32_t size_ = 0;
};

}  // namespace tailbound::jit

// Numbers and lists as bytes, little-endian, for the messages between host and runner. Reading never leaves the
// bytes: after the first fault every read gives zeros and ok() is false.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tailbound::engine::kernel {

static_assert(std::endian::native == std::endian::little);

/// What may be copied as it lies in memory: no padding, no pointers.
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

class ByteWriter {
 public:
  explicit ByteWriter(std::vector<std::uint8_t>& into) : into_(into) {}

  template <Plain T>
  void put(const T& value) {
    append(&value, sizeof value);
  }
  template <Plain T>
  void put_list(std::span<const T> values) {
    put(static_cast<std::uint32_t>(values.size()));
    append(values.data(), values.size_bytes());
  }
  template <Plain T>
  void put_list(const std::vector<T>& values) {
    put_list(std::span<const T>(values));
  }
  void put_text(std::string_view text) { put_list(std::span(text.data(), text.size())); }

 private:
  void append(const void* from, std::size_t size) {
    if (size == 0) return;
    const std::size_t at = into_.size();
    into_.resize(at + size);
    std::memcpy(into_.data() + at, from, size);
  }

  std::vector<std::uint8_t>& into_;
};

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  template <Plain T>
  T get() {
    T value{};
    take(&value, sizeof value);
    return value;
  }
  template <Plain T>
  void get_list(std::vector<T>& into) {
    const std::size_t count = get_count(sizeof(T));
    into.resize(count);
    take(into.data(), count * sizeof(T));
  }
  std::string get_text() {
    std::string text(get_count(1), '\0');
    take(text.data(), text.size());
    return text;
  }
  /// Of elements that take at least `least` bytes each: more than the rest can hold is a fault.
  std::size_t get_count(std::size_t least) {
    const auto count = get<std::uint32_t>();
    if (count <= rest_.size() / least) return count;
    fail();
    return 0;
  }

 private:
  void take(void* into, std::size_t size) {
    if (size == 0) return;
    if (size > rest_.size()) {
      fail();
      return;
    }
    std::memcpy(into, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

  std::span<const std::uint8_t> rest_;
  bool ok_ = true;
};

}  // namespace tailbound::engine::kernel

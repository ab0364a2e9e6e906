// Programs and images as bytes, for a compiler in another process of the same byte order and word size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/image.hpp"
#include "jit/lower/options.hpp"

namespace tailbound::engine::native {

struct CompileOrder {
  std::string scheme;
  jit::Options options;
  bpf::Bytecode program;
};

/// Writes behind each other; `fits` turns false where the room ends.
class ParcelWriter {
 public:
  explicit ParcelWriter(std::span<std::uint8_t> room) : room_(room) {}
  bool fits() const { return fits_; }

  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { raw(&value, sizeof value); }
  template <class Range>
  void put_all(const Range& values) {
    put(static_cast<std::uint64_t>(values.size()));
    raw(values.data(), values.size() * sizeof *values.data());
  }

 private:
  void raw(const void* from, std::size_t size) {
    fits_ = fits_ && room_.size() - used_ >= size;
    if (!fits_ || size == 0) return;
    std::memcpy(room_.data() + used_, from, size);
    used_ += size;
  }
  std::span<std::uint8_t> room_;
  std::size_t used_ = 0;
  bool fits_ = true;
};

/// Reads them again; `good` turns false where bytes are missing.
class ParcelReader {
 public:
  explicit ParcelReader(std::span<const std::uint8_t> room) : room_(room) {}
  bool good() const { return good_; }

  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get(T& value) { raw(&value, sizeof value); }
  template <class Range>
  void get_all(Range& values) {
    std::uint64_t count = 0;
    get(count);
    good_ = good_ && count <= room_.size() / sizeof *values.data();
    values.resize(good_ ? count : 0);
    raw(values.data(), values.size() * sizeof *values.data());
  }

 private:
  void raw(void* to, std::size_t size) {
    good_ = good_ && room_.size() - used_ >= size;
    if (!good_ || size == 0) return;
    std::memcpy(to, room_.data() + used_, size);
    used_ += size;
  }
  std::span<const std::uint8_t> room_;
  std::size_t used_ = 0;
  bool good_ = true;
};

// False: no room, or bytes are missing.
bool write_order(std::span<std::uint8_t> room, const CompileOrder& order);
bool read_order(std::span<const std::uint8_t> room, CompileOrder& order);
/// Without `translated`.
bool write_image(std::span<std::uint8_t> room, const jit::Image& image);
bool read_image(std::span<const std::uint8_t> room, jit::Image& image);

}  // namespace tailbound::engine::native

// Numbers out of bytes that may end anywhere.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace tailbound::bpf::object {

using Bytes = std::span<const std::byte>;

static_assert(std::endian::native == std::endian::little, "objects are read as little-endian bytes");

/// Nothing where the bytes end before it.
template <class T>
std::optional<T> number_at(Bytes bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

inline std::optional<Bytes> part(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return std::nullopt;
  return bytes.subspan(offset, size);
}

/// The string that begins there and ends with a zero byte.
inline std::optional<std::string_view> string_at(Bytes bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return std::nullopt;
  const auto* const first = reinterpret_cast<const char*>(bytes.data()) + offset;
  const void* const end = std::memchr(first, 0, bytes.size() - offset);
  if (end == nullptr) return std::nullopt;
  return std::string_view(first, static_cast<const char*>(end));
}

}  // namespace tailbound::bpf::object

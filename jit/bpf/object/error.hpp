// What is wrong with an object file, and where.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace tailbound::bpf {

struct ObjectError {
  std::string section;                  // empty: the file itself
  std::string symbol;                   // the function or map; empty: none
  std::optional<std::uint64_t> offset;  // bytes, in the section or, without one, in the file
  std::string message;

  /// "section tc, symbol entry, offset 0x28: …"; the caller puts the file's name before it. One line of
  /// printable characters, whatever names the file holds.
  std::string text() const;
};

template <class T>
using OrObjectError = std::expected<T, ObjectError>;

inline std::unexpected<ObjectError> object_error(std::string section, std::string message) {
  return std::unexpected(ObjectError{std::move(section), {}, std::nullopt, std::move(message)});
}

/// "0x28"
std::string hex(std::uint64_t number);

}  // namespace tailbound::bpf

// Bad input is a value: where it is and what was expected. Our own bugs are assertions.
#pragma once

#include <cstdint>
#include <string>

namespace tailbound::bpf {

/// A fault in text: 1-based line and column, and one sentence (what was found, what was expected).
struct ParseError {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string message;

  bool operator==(const ParseError&) const = default;
  /// "line:column: message"; the caller puts the file's name before it.
  std::string text() const { return std::to_string(line) + ":" + std::to_string(column) + ": " + message; }
};

/// A fault in bytecode: the index of the instruction (slot) and one sentence.
struct InsnError {
  std::uint32_t insn = 0;
  std::string message;

  bool operator==(const InsnError&) const = default;
  std::string text() const { return "insn " + std::to_string(insn) + ": " + message; }
};

}  // namespace tailbound::bpf

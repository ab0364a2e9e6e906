#include "jit/bpf/object/error.hpp"

#include <array>
#include <charconv>

namespace tailbound::bpf {

namespace {

/// A name from the file: at most so many characters of it, others than printable ones as '?'.
std::string shown(const std::string& text, std::size_t most) {
  std::string line = text.substr(0, most);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
  }
  return text.size() > most ? line + "..." : line;
}

constexpr std::size_t longest_name = 80;
constexpr std::size_t longest_message = 400;

}  // namespace

std::string hex(std::uint64_t number) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::string ObjectError::text() const {
  std::string place;
  const auto add = [&](const std::string& part) { place += (place.empty() ? "" : ", ") + part; };
  if (!section.empty()) add("section " + shown(section, longest_name));
  if (!symbol.empty()) add("symbol " + shown(symbol, longest_name));
  if (offset) add("offset " + hex(*offset));
  return (place.empty() ? "" : place + ": ") + shown(message, longest_message);
}

}  // namespace tailbound::bpf

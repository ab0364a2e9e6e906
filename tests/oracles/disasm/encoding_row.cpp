#include "tests/oracles/disasm/encoding_row.hpp"

namespace tailbound::test {

std::string fill_in(const std::string& pattern, const std::function<std::string(unsigned, char)>& operand) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool place =
        pattern[i] == '{' && i + 1 < pattern.size() && pattern[i + 1] >= '0' && pattern[i + 1] <= '9';
    if (!place) {
      out += pattern[i];
      continue;
    }
    const std::size_t end = pattern.find('}', i);
    out += operand(static_cast<unsigned>(pattern[i + 1] - '0'), end == i + 3 ? pattern[i + 2] : '\0');
    i = end;
  }
  return out;
}

std::string without_spaces(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

}  // namespace tailbound::test

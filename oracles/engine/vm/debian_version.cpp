#include "oracles/engine/vm/debian_version.hpp"

#include <cctype>
#include <cstddef>

namespace tailbound::engine::vm {

namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// A tilde sorts before the end, the end before letters, letters before all other characters.
int weight(char c) {
  if (c == '~') return -1;
  if (std::isalpha(static_cast<unsigned char>(c)) != 0) return c;
  return c + 256;
}

int weight_of_first(std::string_view text) { return text.empty() || is_digit(text[0]) ? 0 : weight(text[0]); }

std::strong_ordering compare_words(std::string_view& left, std::string_view& right) {
  while ((!left.empty() && !is_digit(left[0])) || (!right.empty() && !is_digit(right[0]))) {
    const auto order = weight_of_first(left) <=> weight_of_first(right);
    if (order != 0) return order;
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  return std::strong_ordering::equal;
}

std::string_view take_number(std::string_view& text) {
  while (text.starts_with('0')) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

std::strong_ordering compare_numbers(std::string_view& left, std::string_view& right) {
  const std::string_view a = take_number(left), b = take_number(right);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_parts(std::string_view left, std::string_view right) {
  while (!left.empty() || !right.empty()) {
    if (const auto order = compare_words(left, right); order != 0) return order;
    if (const auto order = compare_numbers(left, right); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

/// [epoch:]upstream[-revision]; where a part is missing it counts as 0, or as empty, which is the same.
struct Version {
  std::string_view epoch, upstream, revision;
};

Version split(std::string_view text) {
  Version version;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    version.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  version.upstream = text.substr(0, dash);
  if (dash != std::string_view::npos) version.revision = text.substr(dash + 1);
  return version;
}

}  // namespace

std::strong_ordering compare_versions(std::string_view left, std::string_view right) {
  const Version a = split(left), b = split(right);
  if (const auto order = compare_parts(a.epoch, b.epoch); order != 0) return order;
  if (const auto order = compare_parts(a.upstream, b.upstream); order != 0) return order;
  return compare_parts(a.revision, b.revision);
}

}  // namespace tailbound::engine::vm

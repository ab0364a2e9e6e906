// Tokens of the .graph text form.
#include "jit/bpf/graph_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tailbound::bpf::graph {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_part(char c) { return is_word_start(c) || is_digit(c); }
bool is_dashed_part(char c) { return is_word_part(c) || c == '-' || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

template <class Accepts>
std::size_t run_length(std::string_view text, Accepts accepts) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, accepts) - text.begin());
}

/// The whole of `digits` as a number that fits.
bool read_number(std::string_view digits, std::uint64_t& value) {
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (hex) digits.remove_prefix(2);
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  return error == std::errc() && stop == end;
}

std::size_t symbol_length(std::string_view text) {
  constexpr std::array<std::string_view, 6> pairs{"==", "!=", ">=", "<=", "<<", ">>"};
  if (std::ranges::any_of(pairs, [&](std::string_view pair) { return text.starts_with(pair); })) return 2;
  constexpr std::string_view singles = "{}()[];:,=<>&|^+-*.#";
  return singles.contains(text.front()) ? 1 : 0;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.size() <= longest) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, longest)) + "...'";
}

std::string byte_name(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (byte > 0x20 && byte < 0x7f) return quoted(std::string_view(&c, 1));
  return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::end: return "the end of the file";
    case TokenKind::newline: return "the end of the line";
    case TokenKind::word:
    case TokenKind::number:
    case TokenKind::symbol: return quoted(token.text);
    case TokenKind::bad:
      return is_digit(token.text.front()) ? quoted(token.text) + ", which is no 64-bit number"
                                          : byte_name(token.text.front());
  }
  return {};
}

Place Lexer::place() const { return {line_, static_cast<std::uint32_t>(position_ - line_start_ + 1)}; }

Token Lexer::take(TokenKind kind, std::size_t length) {
  const Token token{kind, text_.substr(position_, length), place()};
  position_ += length;
  return token;
}

bool Lexer::at_comment() const {
  if (position_ == text_.size() || text_[position_] != '#') return false;
  return !(counts_ && position_ + 1 < text_.size() && is_digit(text_[position_ + 1]));
}

void Lexer::skip_line() { position_ = std::min(text_.find('\n', position_), text_.size()); }

void Lexer::skip_blanks() {
  position_ += run_length(text_.substr(position_), is_blank);
  if (at_comment()) skip_line();
}

Token Lexer::newline() {
  const Token token = take(TokenKind::newline, 1);
  line_ += 1;
  line_start_ = position_;
  return token;
}

Token Lexer::number() {
  Token token = take(TokenKind::number, run_length(text_.substr(position_), is_word_part));
  if (!read_number(token.text, token.value)) token.kind = TokenKind::bad;
  return token;
}

Token Lexer::symbol() {
  const std::size_t length = symbol_length(text_.substr(position_));
  return length == 0 ? take(TokenKind::bad, 1) : take(TokenKind::symbol, length);
}

Token Lexer::next() {
  skip_blanks();
  if (position_ == text_.size()) return take(TokenKind::end, 0);
  const char c = text_[position_];
  if (c == '\n') return newline();
  if (is_digit(c)) return number();
  if (!is_word_start(c)) return symbol();
  return take(TokenKind::word, run_length(text_.substr(position_), is_word_part));
}

Token Lexer::next_dashed() {
  skip_blanks();
  if (position_ == text_.size() || !is_word_start(text_[position_])) return next();
  return take(TokenKind::word, run_length(text_.substr(position_), is_dashed_part));
}

bool Lexer::before(char c) const {
  const std::size_t found = position_ + run_length(text_.substr(position_), is_blank);
  return found < text_.size() && text_[found] == c;
}

RawBlock Lexer::raw_block() {
  const std::size_t start = position_;
  const Place start_place = place();
  while (position_ < text_.size() && text_[position_] != '}') {
    if (text_[position_] == '\n') {
      newline();
    } else if (text_[position_] == '#' || text_.substr(position_, 2) == "//") {
      skip_line();
    } else {
      position_ += 1;
    }
  }
  return {text_.substr(start, position_ - start), start_place};
}

}  // namespace tailbound::bpf::graph

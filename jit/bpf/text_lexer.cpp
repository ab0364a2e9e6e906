// Cuts assembler text into names, numbers, signs and separators, in one pass and without allocating.
#include "jit/bpf/text_lexer.hpp"

#include <array>

namespace tailbound::bpf {
namespace {

using Kind = Token::Kind;

// The longest sign wins, so longer ones stand first. `s>` is a sign, too: nothing may come between its parts.
constexpr auto signs = std::to_array<std::string_view>({
    "s>>=", "<<=", ">>=", "s/=", "s%=", "s>=", "s<=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
    "==", "!=", ">=", "<=", "s>", "s<", "=", ">", "<", "&", "+", "-", "*", "(", ")", ",", ":",
});

// Not <cctype>: its answers depend on the locale, and it takes no negative char.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}
constexpr bool is_name(char c) { return is_name_start(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
constexpr bool is_printable(char c) { return c >= ' ' && c <= '~'; }

std::size_t sign_length(std::string_view rest) {
  for (std::string_view sign : signs) {
    if (rest.starts_with(sign)) return sign.size();
  }
  return 0;
}

std::size_t name_length(std::string_view rest) {
  std::size_t length = 1;
  while (length < rest.size() && is_name(rest[length])) ++length;
  return length;
}

void append_shown(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (is_printable(c)) {
    out += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += digits[byte >> 4];
  out += digits[byte & 0xf];
}

}  // namespace

std::string shown(const Token& token) {
  constexpr std::size_t longest = 32;
  if (token.kind == Kind::end) return "the end of the text";
  if (token.kind == Kind::separator) return token.text == ";" ? "';'" : "the end of the line";
  std::string out = "'";
  for (char c : token.text.substr(0, longest)) append_shown(out, c);
  return out + (token.text.size() > longest ? "...'" : "'");
}

Token Lexer::next() {
  skip_blanks_and_comments();
  if (at_ == text_.size()) return take(Kind::end, 0);
  const std::string_view rest = text_.substr(at_);
  if (rest[0] == '\n' || rest[0] == ';') return take(Kind::separator, 1);
  if (is_digit(rest[0])) return take(Kind::number, name_length(rest));
  if (const std::size_t length = sign_length(rest); length != 0) return take(Kind::sign, length);
  if (is_name_start(rest[0])) return take(Kind::name, name_length(rest));
  return take(Kind::unknown, 1);
}

void Lexer::skip_blanks_and_comments() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  const std::string_view rest = text_.substr(at_);
  if (!rest.starts_with('#') && !rest.starts_with("//")) return;
  const std::size_t newline = rest.find('\n');
  at_ = newline == std::string_view::npos ? text_.size() : at_ + newline;
}

Token Lexer::take(Kind kind, std::size_t length) {
  const auto column = static_cast<std::uint32_t>(at_ - line_start_ + 1);
  const Token token{kind, text_.substr(at_, length), line_, column};
  at_ += length;
  if (token.kind == Kind::separator && token.text == "\n") {
    ++line_;
    line_start_ = at_;
  }
  return token;
}

}  // namespace tailbound::bpf

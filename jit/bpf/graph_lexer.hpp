// Splits .graph text into tokens, one at a time and in one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tailbound::bpf::graph {

/// 1-based; columns count bytes.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// `bad` is a byte that starts no token, or a number that is none.
enum class TokenKind : std::uint8_t { end, newline, word, number, symbol, bad };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  Place place;
  std::uint64_t value = 0;  // of a number
};

/// For "found …": quoted, shortened, and never a raw control byte.
std::string describe(const Token& token);

/// Text between braces that is another language's, and where it starts.
struct RawBlock {
  std::string_view text;
  Place place;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// After the end it returns `end` again and again.
  Token next();
  /// As next(), but a word may hold dashes and dots: `linux-6.1`.
  Token next_dashed();
  /// From here to the closing brace, which is the next token; `#` and `//` comments inside may hold braces.
  RawBlock raw_block();
  /// Whether `#` before a digit is a token (`at entry of f #5`) instead of the start of a comment.
  void mark_counts(bool on) { counts_ = on; }
  /// Whether the next thing on this line is this character.
  bool before(char c) const;

 private:
  Place place() const;
  bool at_comment() const;
  void skip_blanks();
  void skip_line();
  Token newline();
  Token number();
  Token symbol();
  Token take(TokenKind kind, std::size_t length);

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  bool counts_ = false;
};

}  // namespace tailbound::bpf::graph

// Assembler text to tokens that remember where they stood; the parser behind assemble() reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tailbound::bpf {

struct Token {
  enum class Kind : std::uint8_t { name, number, sign, unknown, separator, end };

  Kind kind = Kind::end;
  std::string_view text;
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  bool is(std::string_view wanted) const {
    return (kind == Kind::name || kind == Kind::sign) && text == wanted;
  }
  bool ends_statement() const { return kind == Kind::separator || kind == Kind::end; }
};

/// The token as an error message shows it: quoted, short, and printable whatever the input was.
std::string shown(const Token& token);

/// One token after the other; at the end of the text it gives `end` for ever.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();

 private:
  void skip_blanks_and_comments();
  Token take(Token::Kind kind, std::size_t length);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace tailbound::bpf

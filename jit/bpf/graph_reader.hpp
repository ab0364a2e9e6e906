// The parser's view of the tokens: the current one, what may be asked of it, and the first error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jit/bpf/error.hpp"
#include "jit/bpf/graph_lexer.hpp"

namespace tailbound::bpf::graph {

/// The first failure is kept, and from then on the text is at its end: every loop over it stops, and what the
/// callers build is thrown away. So no rule has to ask after each step whether the last one failed.
class Reader {
 public:
  explicit Reader(std::string_view text) : lexer_(text) { advance(); }

  const Token& token() const { return token_; }
  bool at(std::string_view text) const { return token_.text == text; }
  bool at_word() const { return token_.kind == TokenKind::word; }
  bool done() const { return token_.kind == TokenKind::end; }
  bool before(char c) const { return lexer_.before(c); }

  /// The current token, and on to the next.
  Token advance();
  Token advance_dashed();
  bool take(std::string_view text);
  void skip_newlines();
  /// Newlines and semicolons.
  void skip_separators();
  void mark_counts(bool on) { lexer_.mark_counts(on); }

  void want(std::string_view text);
  /// A newline, a semicolon, a closing brace (which stays) or the end.
  void want_end();
  Token want_word(std::string_view what);
  std::uint64_t want_number(std::uint64_t low, std::uint64_t high);
  /// The value of a number token, if it is in range.
  std::uint64_t in_range(const Token& number, std::uint64_t low, std::uint64_t high);
  std::int32_t want_constant();
  /// 64 bits, written unsigned or negative.
  std::uint64_t want_value();
  /// `{ … }`, the current token being the opening brace.
  RawBlock want_raw_block();

  void fail(Place place, std::string message);
  void fail_here(std::string_view expected);
  const std::optional<ParseError>& error() const { return error_; }

 private:
  struct Signed {
    Place place;
    bool negative = false;
    std::uint64_t magnitude = 0;
  };
  Signed want_signed();

  Lexer lexer_;
  Token token_;
  std::optional<ParseError> error_;
};

}  // namespace tailbound::bpf::graph

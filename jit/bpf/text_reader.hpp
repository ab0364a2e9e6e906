// Reads assembler text by the token: registers, numbers, distances. The first fault is kept, later ones are
// not looked at, so that a parser reads as the notation does and asks once, at the end of a statement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jit/bpf/error.hpp"
#include "jit/bpf/insn.hpp"
#include "jit/bpf/text_lexer.hpp"

namespace tailbound::bpf {

/// `r1` is 8 bytes wide, `w1` is 4.
struct RegisterName {
  std::uint8_t number = 0;
  Width width = Width::b8;
  Token where;

  Reg reg() const { return static_cast<Reg>(number); }
};

std::optional<RegisterName> as_register(const Token& token);

/// A number as written, before it is known which field it goes to.
struct Number {
  Token where;
  bool negative = false;
  std::optional<std::uint64_t> magnitude;  // nothing: beyond 64 bits
};

struct NumberRange {
  std::int64_t lowest;
  std::uint64_t highest;
};
inline constexpr NumberRange imm_range{INT32_MIN, INT32_MAX};
inline constexpr NumberRange off_range{INT16_MIN, INT16_MAX};
inline constexpr NumberRange imm64_range{INT64_MIN, UINT64_MAX};
inline constexpr NumberRange word_range{0, UINT64_MAX};

/// "-32768 to 32767"
std::string in_words(NumberRange range);

class Reader {
 public:
  explicit Reader(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

  const Token& token() const { return token_; }
  const std::optional<ParseError>& error() const { return error_; }

  Token take();
  /// Takes the token if it is this sign or name.
  bool accept(std::string_view wanted);
  void expect(std::string_view wanted);
  /// "found 'x', expected ..."
  void fail(const Token& found, std::string_view expected);
  void complain(const Token& where, std::string message);

  RegisterName any_register();
  RegisterName register_of(Width width);
  /// Fails at a register that has not this width.
  void refuse(const RegisterName& found, Width wanted);
  /// The same register once more, as in `r1 = le16 r1`.
  void same_register(const RegisterName& again);

  /// A number whose minus, if there was one, has been taken already as `first`.
  Number number_after(const Token& first, bool negative);
  Number number();
  /// As the field's bits: a negative number is in two's complement.
  std::uint64_t in_range(const Number& number, NumberRange range);
  std::int32_t imm();
  /// A sign must be there: `+ 8`, `-3`.
  std::int64_t signed_number(NumberRange range, std::string_view expected);

 private:
  Lexer lexer_;
  Token token_;
  std::optional<ParseError> error_;
};

}  // namespace tailbound::bpf

// Steps over .graph tokens, with the errors for those that do not fit.
#include "jit/bpf/graph_reader.hpp"

#include <utility>

namespace tailbound::bpf::graph {
namespace {

constexpr std::uint64_t sign_bit_32 = 1ULL << 31;
constexpr std::uint64_t sign_bit_64 = 1ULL << 63;

std::string out_of_range(bool negative, std::uint64_t magnitude, std::string_view range) {
  return (negative ? "-" : "") + std::to_string(magnitude) + " is out of range; expected " + std::string(range);
}

}  // namespace

Token Reader::advance() {
  const Token taken = token_;
  if (!error_) token_ = lexer_.next();
  return taken;
}

Token Reader::advance_dashed() {
  const Token taken = token_;
  if (!error_) token_ = lexer_.next_dashed();
  return taken;
}

bool Reader::take(std::string_view text) {
  if (!at(text)) return false;
  advance();
  return true;
}

void Reader::skip_newlines() {
  while (token_.kind == TokenKind::newline) advance();
}

void Reader::skip_separators() {
  while (token_.kind == TokenKind::newline || at(";")) advance();
}

void Reader::want(std::string_view text) {
  if (!take(text)) fail_here("'" + std::string(text) + "'");
}

void Reader::want_end() {
  if (at("}") || done()) return;
  if (token_.kind != TokenKind::newline && !at(";")) return fail_here("a new line or ';'");
  advance();
}

Token Reader::want_word(std::string_view what) {
  if (at_word()) return advance();
  fail_here(what);
  return {};
}

std::uint64_t Reader::want_number(std::uint64_t low, std::uint64_t high) {
  if (token_.kind != TokenKind::number) {
    fail_here("a number from " + std::to_string(low) + " to " + std::to_string(high));
    return low;
  }
  return in_range(advance(), low, high);
}

std::uint64_t Reader::in_range(const Token& number, std::uint64_t low, std::uint64_t high) {
  if (number.value >= low && number.value <= high) return number.value;
  fail(number.place, out_of_range(false, number.value, std::to_string(low) + " to " + std::to_string(high)));
  return low;
}

Reader::Signed Reader::want_signed() {
  const Place place = token_.place;
  const bool negative = take("-");
  if (token_.kind != TokenKind::number) {
    fail_here("a number");
    return {};
  }
  return {place, negative, advance().value};
}

std::int32_t Reader::want_constant() {
  const auto [place, negative, magnitude] = want_signed();
  if (magnitude > (negative ? sign_bit_32 : sign_bit_32 - 1)) {
    fail(place, out_of_range(negative, magnitude, "a signed 32-bit constant, -2147483648 to 2147483647"));
    return 0;
  }
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(negative ? 0 - magnitude : magnitude));
}

std::uint64_t Reader::want_value() {
  const auto [place, negative, magnitude] = want_signed();
  if (negative && magnitude > sign_bit_64) fail(place, out_of_range(true, magnitude, "a 64-bit value"));
  return negative ? 0 - magnitude : magnitude;
}

RawBlock Reader::want_raw_block() {
  if (!at("{")) {
    fail_here("'{'");
    return {};
  }
  const RawBlock block = lexer_.raw_block();
  advance();
  want("}");
  return block;
}

void Reader::fail(Place place, std::string message) {
  if (!error_) error_ = ParseError{place.line, place.column, std::move(message)};
  token_ = {};
}

void Reader::fail_here(std::string_view expected) {
  fail(token_.place, "found " + describe(token_) + "; expected " + std::string(expected));
}

}  // namespace tailbound::bpf::graph

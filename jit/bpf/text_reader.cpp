// Registers and numbers of the assembler notation, every number checked against the field it goes to.
#include "jit/bpf/text_reader.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace tailbound::bpf {
namespace {

constexpr bool fits(bool negative, std::uint64_t magnitude, NumberRange range) {
  // Negated as unsigned: the lowest 64-bit number has no positive twin.
  return negative ? magnitude <= std::uint64_t{0} - static_cast<std::uint64_t>(range.lowest)
                  : magnitude <= range.highest;
}

/// One token for the minus and the digits after it; both lie in the same text.
Token joined(const Token& first, const Token& last) {
  Token whole = first;
  const auto end = last.text.data() + last.text.size();
  whole.text = std::string_view(first.text.data(), static_cast<std::size_t>(end - first.text.data()));
  return whole;
}

std::string name_of(std::uint8_t number, Width width) {
  return (width == Width::b8 ? "r" : "w") + std::to_string(number);
}

std::string_view registers_of(Width width) {
  return width == Width::b8 ? "a register r0 to r10" : "a register w0 to w10";
}

}  // namespace

std::string in_words(NumberRange range) {
  return std::to_string(range.lowest) + " to " + std::to_string(range.highest);
}

std::optional<RegisterName> as_register(const Token& token) {
  if (token.kind != Token::Kind::name || token.text.size() < 2 || token.text.size() > 3) return std::nullopt;
  const char bank = token.text[0];
  if (bank != 'r' && bank != 'w') return std::nullopt;
  const Width width = bank == 'r' ? Width::b8 : Width::b4;
  for (std::uint8_t number = 0; number < register_count; ++number) {
    if (token.text == name_of(number, width)) return RegisterName{number, width, token};
  }
  return std::nullopt;
}

Token Reader::take() { return std::exchange(token_, lexer_.next()); }

bool Reader::accept(std::string_view wanted) {
  if (!token_.is(wanted)) return false;
  take();
  return true;
}

void Reader::expect(std::string_view wanted) {
  if (!accept(wanted)) fail(token_, "'" + std::string(wanted) + "'");
}

void Reader::fail(const Token& found, std::string_view expected) {
  complain(found, "found " + shown(found) + ", expected " + std::string(expected));
}

void Reader::complain(const Token& where, std::string message) {
  if (!error_) error_ = ParseError{where.line, where.column, std::move(message)};
}

RegisterName Reader::any_register() {
  const auto found = as_register(token_);
  if (!found) {
    fail(token_, "a register r0 to r10 or w0 to w10");
    return {};
  }
  take();
  return *found;
}

RegisterName Reader::register_of(Width width) {
  const auto found = as_register(token_);
  if (!found || found->width != width) {
    fail(token_, registers_of(width));
    return {};
  }
  take();
  return *found;
}

void Reader::refuse(const RegisterName& found, Width wanted) { fail(found.where, registers_of(wanted)); }

void Reader::same_register(const RegisterName& again) {
  const auto found = as_register(token_);
  if (!found || found->number != again.number || found->width != again.width) {
    fail(token_, "the same register again, " + name_of(again.number, again.width));
    return;
  }
  take();
}

Number Reader::number_after(const Token& first, bool negative) {
  if (token_.kind != Token::Kind::number) {
    fail(token_, "a number");
    return {.where = token_, .magnitude = 0};
  }
  const Token digits = take();
  const bool hex = digits.text.starts_with("0x");
  const std::string_view text = digits.text.substr(hex ? 2 : 0);
  std::uint64_t magnitude = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), magnitude, hex ? 16 : 10);
  if (read.ptr != text.data() + text.size() || text.empty()) fail(digits, "a number like 42 or 0x2a");
  const bool too_large = read.ec == std::errc::result_out_of_range;
  return {joined(first, digits), negative, too_large ? std::nullopt : std::optional(magnitude)};
}

Number Reader::number() {
  const Token first = token_;
  return number_after(first, accept("-"));
}

std::uint64_t Reader::in_range(const Number& number, NumberRange range) {
  if (!number.magnitude || !fits(number.negative, *number.magnitude, range)) {
    fail(number.where, "a number from " + in_words(range));
    return 0;
  }
  return number.negative ? std::uint64_t{0} - *number.magnitude : *number.magnitude;
}

std::int32_t Reader::imm() { return static_cast<std::int32_t>(in_range(number(), imm_range)); }

std::int64_t Reader::signed_number(NumberRange range, std::string_view expected) {
  const Token first = token_;
  const bool negative = accept("-");
  if (!negative && !accept("+")) {
    fail(first, expected);
    return 0;
  }
  return static_cast<std::int64_t>(in_range(number_after(first, negative), range));
}

}  // namespace tailbound::bpf

#include "oracles/dump/field.hpp"

#include <cstring>

#include "jit/arm64/link.hpp"
#include "jit/arm64/literal.hpp"

namespace tailbound::dump {

namespace {

using Form = jit::Relocation::Form;

template <class Number>
std::optional<Number> number_at(std::span<const std::uint8_t> code, std::uint32_t offset) {
  Number value = 0;
  if (std::uint64_t{offset} + sizeof value > code.size()) return std::nullopt;
  std::memcpy(&value, code.data() + offset, sizeof value);
  return value;
}

template <class Number>
bool put_number(std::span<std::uint8_t> code, std::uint32_t offset, Number value) {
  if (std::uint64_t{offset} + sizeof value > code.size()) return false;
  std::memcpy(code.data() + offset, &value, sizeof value);
  return true;
}

/// A distance from the field's end.
std::optional<std::uint64_t> read_rel32(std::span<const std::uint8_t> function, Field field,
                                        std::uint64_t start) {
  const auto distance = number_at<std::int32_t>(function, field.offset);
  if (!distance) return std::nullopt;
  return start + field.offset + sizeof *distance + static_cast<std::uint64_t>(std::int64_t{*distance});
}

bool write_rel32(std::span<std::uint8_t> function, Field field, std::uint64_t start, std::uint64_t address) {
  const auto distance = static_cast<std::int64_t>(address - (start + field.offset + sizeof(std::int32_t)));
  if (distance != static_cast<std::int32_t>(distance)) return false;
  return put_number(function, field.offset, static_cast<std::int32_t>(distance));
}

/// b or bl.
std::optional<std::uint64_t> read_branch26(std::span<const std::uint8_t> function, Field field,
                                           std::uint64_t start) {
  const auto insn = number_at<std::uint32_t>(function, field.offset);
  if (!insn || (*insn & 0x7c000000U) != 0x14000000U) return std::nullopt;
  const auto words = static_cast<std::int32_t>(*insn << 6) >> 6;
  return start + field.offset + static_cast<std::uint64_t>(std::int64_t{words} * 4);
}

/// A number of the other half of the address space is no address: a kernel's lie in its own.
std::optional<std::uint64_t> read_literal(std::span<const std::uint8_t> function, Field field,
                                          std::uint64_t start) {
  const auto literal = arm64::read_literal(function, field.offset);
  if (!literal || !literal->wide || literal->value >> 63 != start >> 63) return std::nullopt;
  return literal->value;
}

bool write_by_linker(std::span<std::uint8_t> function, Field field, std::uint64_t start,
                     std::uint64_t address) {
  const bool there = field.form == Form::literal ? arm64::read_literal(function, field.offset).has_value()
                                                 : read_branch26(function, field, start).has_value();
  return there && arm64::put_address(field.form, &function[field.offset], start + field.offset, address);
}

}  // namespace

std::optional<std::uint64_t> read_field(std::span<const std::uint8_t> function, Field field,
                                        std::uint64_t start) {
  switch (field.form) {
    case Form::rel32: return read_rel32(function, field, start);
    case Form::abs64: return number_at<std::uint64_t>(function, field.offset);
    case Form::branch26: return read_branch26(function, field, start);
    case Form::literal: return read_literal(function, field, start);
  }
  return std::nullopt;
}

bool write_field(std::span<std::uint8_t> function, Field field, std::uint64_t start, std::uint64_t address) {
  switch (field.form) {
    case Form::rel32: return write_rel32(function, field, start, address);
    case Form::abs64: return put_number(function, field.offset, address);
    case Form::branch26:
    case Form::literal: return write_by_linker(function, field, start, address);
  }
  return false;
}

}  // namespace tailbound::dump

// How an instruction's bits are written: a pattern in the notation of the Arm manual (DDI 0487, part C), where a run
// of one letter is a field. Operands come in the order in which their fields stand. A field of capital letters is a
// register where 31 means sp; of small ones, where it means zr.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "jit/arm64/regs.hpp"

namespace tailbound::arm64 {

template <std::size_t size>
struct Bits {
  consteval Bits(const char (&bits)[size]) {
    for (std::size_t i = 0; i < size; ++i) text[i] = bits[i];
  }
  char text[size] = {};
};

struct Field {
  char letter = 0;
  std::uint8_t shift = 0;
  std::uint8_t width = 0;
  constexpr bool is_sp_field() const { return letter >= 'A' && letter <= 'Z'; }
};

struct Pattern {
  std::uint32_t fixed = 0;
  std::array<Field, 8> fields{};
  std::size_t count = 0;
};

template <Bits bits>
consteval Pattern pattern() {
  Pattern found;
  int next = 31;
  char previous = 0;
  for (const char c : bits.text) {
    if (c == ' ' || c == 0) {
      previous = 0;
      continue;
    }
    if (c == '1') found.fixed |= 1U << next;
    if (c != '0' && c != '1') {
      if (c != previous) found.fields[found.count++] = {.letter = c};
      Field& field = found.fields[found.count - 1];
      field.shift = static_cast<std::uint8_t>(next);
      ++field.width;
    }
    previous = c;
    --next;
  }
  if (next != -1) throw "a pattern has 32 bits";
  return found;
}

constexpr std::uint32_t in_field([[maybe_unused]] Field field, Gp reg) {
  assert(reg != (field.is_sp_field() ? Gp::zr : Gp::sp) && "31 is the other register here");
  return reg >= Gp::zr ? 31U : static_cast<std::uint32_t>(reg);
}
constexpr std::uint32_t in_field(Field field, X reg) { return in_field(field, reg.reg); }
constexpr std::uint32_t in_field(Field field, W reg) { return in_field(field, reg.reg); }
constexpr std::uint32_t in_field(Field field, Sized reg) { return in_field(field, reg.reg); }
constexpr std::uint32_t in_field(Field field, std::uint32_t value) {
  assert(value >> field.width == 0 && "the operand fits its field");
  (void)field;
  return value;
}
constexpr std::uint32_t in_field(Field, bool value) { return value ? 1 : 0; }
constexpr std::uint32_t in_field(Field field, std::int32_t value) {
  assert(value >= -(1 << (field.width - 1)) && value < 1 << (field.width - 1) && "the operand fits its field");
  return static_cast<std::uint32_t>(value) & ((1U << field.width) - 1);
}

/// The word that `bits` is with these operands.
template <Bits bits, class... Operand>
constexpr std::uint32_t word(Operand... operands) {
  constexpr Pattern p = pattern<bits>();
  static_assert(p.count == sizeof...(operands), "one operand a field");
  std::uint32_t value = p.fixed;
  std::size_t i = 0;
  ((value |= in_field(p.fields[i], operands) << p.fields[i].shift, ++i), ...);
  return value;
}

}  // namespace tailbound::arm64

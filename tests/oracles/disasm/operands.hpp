// Operands of the x86-64 assembler in Intel syntax. The letter asks for a width: b 8 bits, w 16, d 32, q 64; 0 for
// its own.
#pragma once

#include <string>
#include <vector>

#include "jit/x86_64/assembler.hpp"
#include "tests/oracles/disasm/operand.hpp"

namespace tailbound::test {

std::string register_text(x86_64::Gp reg, char width);
std::vector<x86_64::Gp> all_registers();

template <class T>
std::vector<T> each_register() {
  std::vector<T> all;
  for (const x86_64::Gp reg : all_registers()) all.push_back(T{reg});
  return all;
}

template <>
struct Operand<x86_64::R64> {
  static std::vector<x86_64::R64> values() { return each_register<x86_64::R64>(); }
  static std::string text(x86_64::R64 reg, char width) {
    return register_text(reg.reg, width != 0 ? width : 'q');
  }
};
template <>
struct Operand<x86_64::R32> {
  static std::vector<x86_64::R32> values() { return each_register<x86_64::R32>(); }
  static std::string text(x86_64::R32 reg, char width) {
    return register_text(reg.reg, width != 0 ? width : 'd');
  }
};
/// By number: the row says the width.
template <>
struct Operand<x86_64::Gp> {
  static std::vector<x86_64::Gp> values() { return all_registers(); }
  static std::string text(x86_64::Gp reg, char width) { return register_text(reg, width); }
};
template <>
struct Operand<x86_64::Mem> {
  static std::vector<x86_64::Mem> values();
  static std::string text(const x86_64::Mem& mem, char);
};
template <>
struct Operand<x86_64::Group1> {
  static std::vector<x86_64::Group1> values();
  static std::string text(x86_64::Group1 what, char);
};
template <>
struct Operand<x86_64::Shift> {
  static std::vector<x86_64::Shift> values();
  static std::string text(x86_64::Shift what, char);
};
template <>
struct Operand<x86_64::Cond> {
  static std::vector<x86_64::Cond> values();
  static std::string text(x86_64::Cond cond, char);
};
/// The choice between the accumulator's widths.
template <>
struct Operand<bool> {
  static std::vector<bool> values() { return {false, true}; }
  static std::string text(bool wide, char) { return wide ? "rax" : "eax"; }
};
template <>
struct Operand<std::int8_t> {
  static std::vector<std::int8_t> values() { return {-128, -127, -1, 0, 1, 33, 126, 127}; }
  static std::string text(std::int8_t value, char) { return fmt::format("{}", static_cast<int>(value)); }
};
template <>
struct Operand<std::uint8_t> {
  static std::vector<std::uint8_t> values() { return {0, 1, 2, 7, 8, 31, 32, 63, 64, 127, 128, 255}; }
  static std::string text(std::uint8_t value, char) { return fmt::format("{}", static_cast<unsigned>(value)); }
};
template <>
struct Operand<std::int32_t> {
  static std::vector<std::int32_t> values();
  /// Cut to the width: a store writes the low bits.
  static std::string text(std::int32_t value, char width);
};
template <>
struct Operand<std::uint32_t> {
  static std::vector<std::uint32_t> values();
  static std::string text(std::uint32_t value, char) { return fmt::format("{}", value); }
};
template <>
struct Operand<std::uint64_t> {
  static std::vector<std::uint64_t> values();
  static std::string text(std::uint64_t value, char) { return fmt::format("{}", value); }
};
/// How many bytes a short jump leaps over; its text is where it then leads.
struct Leap {
  std::uint8_t bytes = 0;
};
template <>
struct Operand<Leap> {
  static std::vector<Leap> values();
  static std::string text(Leap leap, char) { return fmt::format("{}", leap.bytes + 2); }
};

template <>
x86_64::Mem any_operand<x86_64::Mem>();

/// To take the width of the displacement from us.
template <>
std::string operand_prefix(const x86_64::Mem& mem);

}  // namespace tailbound::test

// Operands of the arm64 assembler. Those whose width the caller decides are drawn 64 bits wide; `narrow` gives
// the 32-bit one, or nothing where there is none.
#pragma once

#include <optional>

#include "jit/arm64/assembler.hpp"
#include "tests/oracles/disasm/operand.hpp"

namespace tailbound::test {

/// A register, 31 being zr or sp, whose width the caller decides.
template <arm64::Gp thirty_one>
struct AnyWidth {
  arm64::Gp reg;
  bool wide = true;
  operator arm64::Sized() const { return {reg, wide}; }
};
using ZrSized = AnyWidth<arm64::Gp::zr>;
using SpSized = AnyWidth<arm64::Gp::sp>;
template <arm64::Gp thirty_one>
struct AnyX {
  arm64::Gp reg;
  operator arm64::X() const { return {reg}; }
};
using ZrX = AnyX<arm64::Gp::zr>;
using SpX = AnyX<arm64::Gp::sp>;

struct Sum {  // of Imm12
  std::uint32_t value;
  operator arm64::Imm12() const { return arm64::Imm12(value); }
};
struct Mask {
  std::uint64_t value;
  bool wide = true;
  operator arm64::Bitmask() const { return *arm64::Bitmask::of(value, wide); }
};
/// Of 16 bits; of registers' bits.
struct Block {
  unsigned number;
  operator unsigned() const { return number; }
};
struct BitNumber {
  unsigned number;
  operator unsigned() const { return number; }
};
/// An offset in an access of so many bytes.
template <unsigned bytes>
struct Offset {
  std::uint32_t value;
};
/// A distance that `bits` of words reach.
template <unsigned bits>
struct Distance {
  std::int32_t bytes;
  operator std::int32_t() const { return bytes; }
};

std::string register_text(arm64::Gp reg, bool wide);
/// One for every bit of the field, and the ends.
std::vector<arm64::Gp> telling_registers(arm64::Gp thirty_one);
arm64::Gp any_register(arm64::Gp thirty_one);

template <class T>
std::vector<T> as_operands(const std::vector<arm64::Gp>& registers) {
  std::vector<T> all;
  for (const arm64::Gp reg : registers) all.push_back(T{reg});
  return all;
}

template <arm64::Gp z>
struct Operand<AnyWidth<z>> {
  static std::vector<AnyWidth<z>> values() { return as_operands<AnyWidth<z>>(telling_registers(z)); }
  static std::string text(AnyWidth<z> reg, char) { return register_text(reg.reg, reg.wide); }
};
template <arm64::Gp z>
struct Operand<AnyX<z>> {
  static std::vector<AnyX<z>> values() { return as_operands<AnyX<z>>(telling_registers(z)); }
  static std::string text(AnyX<z> reg, char) { return register_text(reg.reg, true); }
};
template <>
struct Operand<arm64::W> {
  static std::vector<arm64::W> values() { return as_operands<arm64::W>(telling_registers(arm64::Gp::zr)); }
  static std::string text(arm64::W reg, char) { return register_text(reg.reg, false); }
};
template <>
struct Operand<Sum> {
  static std::vector<Sum> values();
  static std::string text(Sum sum, char) { return fmt::format("#{}", sum.value); }
};
template <>
struct Operand<Mask> {
  static std::vector<Mask> values();
  static std::string text(Mask mask, char) { return fmt::format("#{:#x}", mask.value); }
};
template <>
struct Operand<Block> {
  static std::vector<Block> values() { return {{0}, {1}, {2}, {3}}; }
  static std::string text(Block block, char) { return fmt::format("lsl #{}", 16 * block.number); }
};
template <>
struct Operand<BitNumber> {
  static std::vector<BitNumber> values() { return {{0}, {1}, {2}, {4}, {8}, {15}, {16}, {31}, {32}, {63}}; }
  static std::string text(BitNumber bit, char) { return fmt::format("#{}", bit.number); }
};
template <>
struct Operand<std::uint16_t> {
  static std::vector<std::uint16_t> values() { return {0, 1, 2, 0x80, 0x100, 0x5555, 0x7fff, 0x8000, 0xffff}; }
  static std::string text(std::uint16_t value, char) { return fmt::format("#{}", value); }
};
template <unsigned bytes>
struct Operand<Offset<bytes>> {
  static std::vector<Offset<bytes>> values() {
    return {{0}, {bytes}, {2 * bytes}, {64 * bytes}, {2048 * bytes}, {4095 * bytes}};
  }
  static std::string text(Offset<bytes> offset, char) { return fmt::format("#{}", offset.value); }
};
template <unsigned bits>
struct Operand<Distance<bits>> {
  static std::vector<Distance<bits>> values() {
    constexpr std::int32_t reach = 1 << (bits + 1);
    return {{0}, {4}, {-4}, {64}, {-64}, {0x5554}, {reach / 2}, {-reach / 2}, {reach - 4}, {-reach}};
  }
  static std::string text(Distance<bits> distance, char) { return fmt::format("#{}", distance.bytes); }
};
template <>
struct Operand<arm64::Cond> {
  static std::vector<arm64::Cond> values();
  static std::string text(arm64::Cond cond, char);
};

template <>
ZrSized any_operand<ZrSized>();
template <>
SpSized any_operand<SpSized>();
template <>
ZrX any_operand<ZrX>();
template <>
SpX any_operand<SpX>();
template <>
arm64::W any_operand<arm64::W>();

// The 32-bit operand of each.
template <class T>
std::optional<T> narrow(const T& operand) {
  return operand;
}
template <arm64::Gp z>
std::optional<AnyWidth<z>> narrow(const AnyWidth<z>& reg) {
  return AnyWidth<z>{reg.reg, false};
}
/// An offset counts in accesses, which are half as wide.
inline std::optional<Offset<8>> narrow(const Offset<8>& offset) { return Offset<8>{offset.value / 2}; }
std::optional<Mask> narrow(const Mask& mask);
std::optional<Block> narrow(const Block& block);
std::optional<BitNumber> narrow(const BitNumber& bit);

}  // namespace tailbound::test

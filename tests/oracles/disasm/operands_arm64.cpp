#include "tests/oracles/disasm/operands_arm64.hpp"

#include <array>

namespace tailbound::test {

using namespace arm64;

std::string register_text(Gp reg, bool wide) {
  if (reg == Gp::zr) return wide ? "xzr" : "wzr";
  if (reg == Gp::sp) return wide ? "sp" : "wsp";
  return fmt::format("{}{}", wide ? 'x' : 'w', static_cast<unsigned>(reg));
}

std::vector<Gp> telling_registers(Gp thirty_one) {
  return {Gp::x0, Gp::x1, Gp::x2, Gp::x4, Gp::x8, Gp::x16, Gp::x30, thirty_one};
}

Gp any_register(Gp thirty_one) {
  const auto number = *rc::gen::inRange<unsigned>(0, 32);
  return number == 31 ? thirty_one : static_cast<Gp>(number);
}

template <>
ZrSized any_operand<ZrSized>() {
  return {any_register(Gp::zr)};
}
template <>
SpSized any_operand<SpSized>() {
  return {any_register(Gp::sp)};
}
template <>
ZrX any_operand<ZrX>() {
  return {any_register(Gp::zr)};
}
template <>
SpX any_operand<SpX>() {
  return {any_register(Gp::sp)};
}
template <>
W any_operand<W>() {
  return {any_register(Gp::zr)};
}

std::vector<Sum> Operand<Sum>::values() {
  std::vector<Sum> all = {{0}, {0x555}, {0xfff}, {0x555000}, {0xfff000}};
  for (unsigned bit = 0; bit < 24; ++bit) all.push_back({1U << bit});
  return all;
}

/// Every run of ones, for every width that it repeats at, from every bit on which it may begin.
std::vector<Mask> Operand<Mask>::values() {
  std::vector<Mask> all;
  for (unsigned width = 2; width <= 64; width *= 2) {
    for (const unsigned length : {1U, width / 2, width - 1}) {
      for (const unsigned begin : {0U, 1U, width / 2, width - 1}) {
        std::uint64_t value = 0;
        for (unsigned bit = 0; bit < 64; ++bit) {
          if ((bit + width - begin) % width < length) value |= std::uint64_t{1} << bit;
        }
        all.push_back({value});
      }
    }
  }
  return all;
}

std::optional<Mask> narrow(const Mask& mask) {
  const Mask low = {mask.value & UINT32_MAX, false};
  if (!Bitmask::of(low.value, false)) return std::nullopt;
  return low;
}
std::optional<Block> narrow(const Block& block) {
  if (block.number >= 2) return std::nullopt;
  return block;
}
std::optional<BitNumber> narrow(const BitNumber& bit) {
  if (bit.number >= 32) return std::nullopt;
  return bit;
}

std::vector<Cond> Operand<Cond>::values() {
  std::vector<Cond> all;
  for (unsigned cond = 0; cond < 14; ++cond) all.push_back(static_cast<Cond>(cond));
  return all;
}
std::string Operand<Cond>::text(Cond cond, char) {
  constexpr std::array<const char*, 14> names = {"eq", "ne", "hs", "lo", "mi", "pl", "vs",
                                                 "vc", "hi", "ls", "ge", "lt", "gt", "le"};
  return names.at(static_cast<std::size_t>(cond));
}

}  // namespace tailbound::test

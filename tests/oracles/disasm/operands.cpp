#include "tests/oracles/disasm/operands.hpp"

#include <array>
#include <limits>

namespace tailbound::test {

using namespace x86_64;

namespace {

using RegisterNames = std::array<const char*, 4>;
constexpr std::array<RegisterNames, 16> register_names = {RegisterNames{"rax", "eax", "ax", "al"},
                                                          {"rcx", "ecx", "cx", "cl"},
                                                          {"rdx", "edx", "dx", "dl"},
                                                          {"rbx", "ebx", "bx", "bl"},
                                                          {"rsp", "esp", "sp", "spl"},
                                                          {"rbp", "ebp", "bp", "bpl"},
                                                          {"rsi", "esi", "si", "sil"},
                                                          {"rdi", "edi", "di", "dil"},
                                                          {"r8", "r8d", "r8w", "r8b"},
                                                          {"r9", "r9d", "r9w", "r9b"},
                                                          {"r10", "r10d", "r10w", "r10b"},
                                                          {"r11", "r11d", "r11w", "r11b"},
                                                          {"r12", "r12d", "r12w", "r12b"},
                                                          {"r13", "r13d", "r13w", "r13b"},
                                                          {"r14", "r14d", "r14w", "r14b"},
                                                          {"r15", "r15d", "r15w", "r15b"}};

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t greatest = std::numeric_limits<std::int32_t>::max();

/// rbp and r13 have no form without displacement; rsp cannot be an index.
bool takes_no_displacement(Gp base) { return base != Gp::rbp && base != Gp::r13; }
bool can_be_index(Gp reg) { return reg != Gp::rsp; }

/// 0, all ones, and both sides of every power of two.
template <class T>
std::vector<T> around_powers_of_two() {
  std::vector<T> all = {0, std::numeric_limits<T>::max()};
  for (int bit = 0; bit < std::numeric_limits<T>::digits; ++bit) {
    const T power = T{1} << bit;
    all.insert(all.end(), {power, power - 1, static_cast<T>(~power)});
  }
  return all;
}

}  // namespace

std::string register_text(Gp reg, char width) {
  const RegisterNames& names = register_names[static_cast<std::size_t>(reg)];
  switch (width) {
    case 'q':
      return names[0];
    case 'd':
      return names[1];
    case 'w':
      return names[2];
    case 'b':
      return names[3];
    default:
      return "a register without a width";  // LLVM refuses it, with the row's text
  }
}

std::vector<Gp> all_registers() {
  std::vector<Gp> all;
  for (unsigned reg = 0; reg < 16; ++reg) all.push_back(static_cast<Gp>(reg));
  return all;
}

std::vector<Mem> Operand<Mem>::values() {
  std::vector<Mem> all;
  for (const R64 base : each_register<R64>()) {
    if (takes_no_displacement(base.reg)) all.push_back(at(base));
    for (const std::int32_t disp : {0, 1, -1, 127, -128, 128, -129, greatest, least})
      all.push_back(at(base, disp));
    for (const std::int32_t disp : {0, 8, -8}) all.push_back(at_disp32(base, disp));
    for (const R64 index : each_register<R64>()) {
      if (!can_be_index(index.reg)) continue;
      for (const std::int32_t disp : {0, 272, greatest, least})
        all.push_back(at_index8_disp32(base, index, disp));
    }
  }
  return all;
}

std::string Operand<Mem>::text(const Mem& mem, char) {
  std::string text = "[" + register_text(mem.base, 'q');
  if (mem.has_index) text += " + 8*" + register_text(mem.index, 'q');
  if (mem.form != Mem::Disp::none) text += fmt::format(" + {}", mem.disp);
  return text + "]";
}

template <>
std::string operand_prefix(const Mem& mem) {
  switch (mem.form) {
    case Mem::Disp::none:
      return "";
    case Mem::Disp::d8:
      return "{disp8} ";
    case Mem::Disp::d32:
      return "{disp32} ";
  }
  return "";
}

template <>
Mem any_operand<Mem>() {
  const R64 base{*rc::gen::elementOf(all_registers())};
  const R64 index{*rc::gen::elementOf(all_registers())};
  const auto disp = *rc::gen::oneOf(rc::gen::arbitrary<std::int32_t>(), rc::gen::inRange(-200, 200));
  const bool indexed = *rc::gen::arbitrary<bool>() && can_be_index(index.reg);
  if (indexed) return at_index8_disp32(base, index, disp);
  return *rc::gen::arbitrary<bool>() ? at(base, disp) : at_disp32(base, disp);
}

std::vector<Group1> Operand<Group1>::values() {
  return {Group1::add, Group1::bit_or, Group1::bit_and, Group1::sub, Group1::bit_xor, Group1::cmp};
}
std::string Operand<Group1>::text(Group1 what, char) {
  switch (what) {
    case Group1::add:
      return "add";
    case Group1::bit_or:
      return "or";
    case Group1::bit_and:
      return "and";
    case Group1::sub:
      return "sub";
    case Group1::bit_xor:
      return "xor";
    case Group1::cmp:
      return "cmp";
  }
  return "?";
}

std::vector<Shift> Operand<Shift>::values() { return {Shift::shl, Shift::shr, Shift::sar}; }
std::string Operand<Shift>::text(Shift what, char) {
  switch (what) {
    case Shift::shl:
      return "shl";
    case Shift::shr:
      return "shr";
    case Shift::sar:
      return "sar";
  }
  return "?";
}

std::vector<Cond> Operand<Cond>::values() {
  return {Cond::b, Cond::ae, Cond::e, Cond::ne, Cond::be, Cond::a, Cond::l, Cond::ge, Cond::le, Cond::g};
}
std::string Operand<Cond>::text(Cond cond, char) {
  switch (cond) {
    case Cond::b:
      return "b";
    case Cond::ae:
      return "ae";
    case Cond::e:
      return "e";
    case Cond::ne:
      return "ne";
    case Cond::be:
      return "be";
    case Cond::a:
      return "a";
    case Cond::l:
      return "l";
    case Cond::ge:
      return "ge";
    case Cond::le:
      return "le";
    case Cond::g:
      return "g";
  }
  return "?";
}

std::vector<std::int32_t> Operand<std::int32_t>::values() {
  return {0,    1,     -1,    127,    128,    -128,  -129,  255,      256,  -256,
          -257, 32767, 32768, -32768, -32769, 65535, 65536, greatest, least};
}
std::string Operand<std::int32_t>::text(std::int32_t value, char width) {
  if (width == 'b') return fmt::format("{}", static_cast<int>(static_cast<std::int8_t>(value)));
  if (width == 'w') return fmt::format("{}", static_cast<std::int16_t>(value));
  return fmt::format("{}", value);
}

std::vector<std::uint32_t> Operand<std::uint32_t>::values() { return around_powers_of_two<std::uint32_t>(); }
std::vector<std::uint64_t> Operand<std::uint64_t>::values() { return around_powers_of_two<std::uint64_t>(); }

std::vector<Leap> Operand<Leap>::values() {
  std::vector<Leap> all;
  for (unsigned bytes = 0; bytes <= 127; ++bytes) all.push_back({static_cast<std::uint8_t>(bytes)});
  return all;
}

}  // namespace tailbound::test

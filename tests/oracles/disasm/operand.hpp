// An operand of an assembler method, for the encoding test: `values` has its whole space, or the ends of its
// ranges where it is wide; `text` is how LLVM's assembler reads it. The letter asks for a width where the row
// has one.
#pragma once

#include <fmt/format.h>
#include <rapidcheck.h>

#include <string>
#include <type_traits>
#include <vector>

namespace tailbound::test {

template <class T>
struct Operand;

/// An operand of any value, for properties.
template <class T>
T any_operand() {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) return *rc::gen::arbitrary<T>();
  else return *rc::gen::elementOf(Operand<T>::values());
}

/// What LLVM wants before the mnemonic.
template <class T>
std::string operand_prefix(const T&) {
  return "";
}

}  // namespace tailbound::test

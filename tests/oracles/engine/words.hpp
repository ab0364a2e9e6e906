// Generators of machine words that prefer the edges.
#pragma once

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>
// gtest first
#include <rapidcheck/gtest.h>

namespace tailbound::words {

inline const std::vector<std::uint64_t>& edges() {
  // clang-format off
  static const std::vector<std::uint64_t> values = {
      0,          1,          2,          3,           7,           31,
      32,         33,         63,         64,          65,          0x7f,
      0x80,       0xff,       0x7fff,     0x8000,      0xffff,      0x10000,
      0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0xfffffffe,  0xffffffff80000000,
      0xffffffff7fffffff,     0x7fffffffffffffff,      0x8000000000000000,
      0x8000000000000001,     0xfffffffffffffffe,      0xffffffffffffffff,
      0x0123456789abcdef,     0x80000000ffffffff,      0xffffffff00000000,
  };
  // clang-format on
  return values;
}

inline rc::Gen<std::uint64_t> any_word() {
  return rc::gen::oneOf(rc::gen::elementOf(edges()), rc::gen::arbitrary<std::uint64_t>());
}

inline rc::Gen<std::int32_t> any_imm() {
  return rc::gen::map(any_word(), [](std::uint64_t word) { return static_cast<std::int32_t>(word); });
}

}  // namespace tailbound::words

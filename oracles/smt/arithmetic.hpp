// What the operators on two numbers mean: used where terms are folded and where they are evaluated.
#pragma once

#include <cstdint>
#include <optional>

#include "oracles/smt/term.hpp"

namespace tailbound::smt {

/// nullopt: an integer beyond 64 bits, or no operator of two numbers.
inline std::optional<std::uint64_t> apply_operator(Op op, Sort sort, std::uint64_t a, std::uint64_t b) {
  const bool is_signed = sort == Sort::integer;
  const auto x = static_cast<std::int64_t>(a), y = static_cast<std::int64_t>(b);
  std::int64_t exact = 0;
  switch (op) {
    case Op::add:
      if (is_signed && __builtin_add_overflow(x, y, &exact)) return std::nullopt;
      return a + b;
    case Op::sub:
      if (is_signed && __builtin_sub_overflow(x, y, &exact)) return std::nullopt;
      return a - b;
    case Op::mul:
      if (is_signed && __builtin_mul_overflow(x, y, &exact)) return std::nullopt;
      return a * b;
    case Op::bit_and: return a & b;
    case Op::less: return is_signed ? x < y : a < b;
    case Op::at_most: return is_signed ? x <= y : a <= b;
    case Op::equal: return a == b;
    case Op::literal:
    case Op::variable:
    case Op::apply:
    case Op::both:
    case Op::either:
    case Op::negate:
    case Op::implies:
    case Op::select: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace tailbound::smt

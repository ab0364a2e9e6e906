// What expressions and conditions compute: 64 bits, unsigned, wrapping.
#pragma once

#include <bit>
#include <cstdint>

#include "jit/bpf/scenario.hpp"

namespace tailbound::model {

/// As bytecode extends an immediate (RFC 9669 section 4.1).
inline std::uint64_t sign_extended(std::int32_t value) {
  return static_cast<std::uint64_t>(std::int64_t{value});
}

inline std::uint64_t apply(bpf::ExprOp op, std::uint64_t left, std::uint64_t right) {
  switch (op) {
    case bpf::ExprOp::add: return left + right;
    case bpf::ExprOp::sub: return left - right;
    case bpf::ExprOp::mul: return left * right;
    case bpf::ExprOp::bit_and: return left & right;
    case bpf::ExprOp::bit_or: return left | right;
    case bpf::ExprOp::bit_xor: return left ^ right;
    case bpf::ExprOp::lsh: return left << (right & 63);
    case bpf::ExprOp::rsh: return left >> (right & 63);
  }
  return left;
}

inline bool holds(bpf::Compare compare, std::uint64_t left, std::uint64_t right) {
  const auto signed_left = std::bit_cast<std::int64_t>(left);
  const auto signed_right = std::bit_cast<std::int64_t>(right);
  switch (compare) {
    case bpf::Compare::eq: return left == right;
    case bpf::Compare::ne: return left != right;
    case bpf::Compare::gt: return left > right;
    case bpf::Compare::ge: return left >= right;
    case bpf::Compare::lt: return left < right;
    case bpf::Compare::le: return left <= right;
    case bpf::Compare::set: return (left & right) != 0;
    case bpf::Compare::sgt: return signed_left > signed_right;
    case bpf::Compare::sge: return signed_left >= signed_right;
    case bpf::Compare::slt: return signed_left < signed_right;
    case bpf::Compare::sle: return signed_left <= signed_right;
  }
  return false;
}

}  // namespace tailbound::model

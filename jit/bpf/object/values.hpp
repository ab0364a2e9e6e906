// What registers are known to hold: constants, maps, addresses in the function's own stack. It tells which tail
// calls are direct, and how deep a function's stack is.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf::object {

struct Value {
  enum class Kind : std::uint8_t {
    unreached,  // no path has come here yet
    unknown,
    constant,
    map,        // number: the map
    frame,      // number: bytes from r10
    any_frame,  // some place in the stack
  };
  Kind kind = Kind::unreached;
  std::int64_t number = 0;
  bool operator==(const Value&) const = default;
};
using Values = std::array<Value, register_count>;

/// Before each slot. The instructions have passed bpf::validate. What a subprogram gets is what all its callers
/// hand it, where that is the same.
std::vector<Values> known_values(std::span<const Insn> insns);

/// Bytes of stack that the function [first, end) touches, 512 where an address in it gets to where nobody
/// follows.
std::uint16_t touched_stack(std::span<const Insn> insns, std::span<const Values> values, std::uint32_t first,
                            std::uint32_t end);

}  // namespace tailbound::bpf::object

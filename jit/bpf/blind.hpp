// What a kernel does to a program's constants before it compiles it under net.core.bpf_jit_harden: each is
// built in r11 from two that nobody chose (bpf_jit_blind_constants).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf {

/// r11 = `low`; r11 ^= `high`: together the constant. Of addresses only the kernel knows both.
struct BlindPair {
  std::int32_t low = 0;
  std::int32_t high = 0;
};

/// Constants of a function that are blinded, in order; a load of 64 bits is two.
std::uint32_t blinded_constants(const Bytecode& program, const LoweredFunction& function);

/// The translated program with every constant blinded by the pairs' `high`, function by function in order;
/// loads of map addresses take both. There are as many pairs as all functions have constants. No site is
/// direct.
Bytecode blind(const Bytecode& program, std::span<const BlindPair> pairs);

}  // namespace tailbound::bpf

// Which functions of a program a function can end up in by calls.
#pragma once

#include <bitset>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

inline constexpr std::size_t most_functions = 256;

/// Whether `from` calls `to`, itself or through others; every function reaches itself.
bool reaches(const bpf::Program& program, std::uint16_t from, std::uint16_t to);

}  // namespace tailbound::gen

// Which registers hold something that a function still reads when it is entered.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/insn.hpp"

namespace tailbound::bpf::object {

/// Bit n is register n.
using Registers = std::uint16_t;

/// By function, in the order of `starts` (find_functions). The instructions have passed bpf::validate, and
/// their helpers are known.
std::vector<Registers> live_at_entry(std::span<const Insn> insns, std::span<const std::uint32_t> starts);

}  // namespace tailbound::bpf::object

// The order in which scenarios get smaller: every way down ends, whatever passes there are.
#pragma once

#include <array>
#include <cstdint>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// How large a scenario is, what matters most first: programs, functions, work (statements, terms,
/// instructions), tail-call sites, events, slots, room in maps and arrays, frames, numbers, distance from the
/// defaults.
using Size = std::array<std::uint64_t, 10>;
Size size_of(const bpf::Scenario& scenario);

/// Of smaller size; of the same and in canonical form, which `b` is not; else less as the codec's bytes.
bool is_smaller(const bpf::Scenario& a, const bpf::Scenario& b);

}  // namespace tailbound::gen

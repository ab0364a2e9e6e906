// What is one step smaller than a scenario: for shrinking by RapidCheck, which looks for its own way down.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// How large a scenario is, what matters most first: programs, functions, statements, terms, events, slots,
/// room in maps and arrays, frames, numbers.
using Size = std::array<std::uint64_t, 9>;
Size size_of(const bpf::Scenario& scenario);

/// Valid scenarios of smaller size (so that every way down ends), the boldest steps first.
std::vector<bpf::Scenario> shrinks_of(const bpf::Scenario& scenario);

}  // namespace tailbound::gen

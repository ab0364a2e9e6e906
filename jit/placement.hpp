// Where the things lie that an image's relocations name.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace tailbound::jit {

struct Placement {
  std::span<const std::uint64_t> function;   // by function of the program
  std::span<const std::uint64_t> map;        // map objects, by map
  std::span<const std::uint64_t> map_value;  // first values, by map
  std::array<std::uint64_t, 16> helper{};    // by helper number
  // x86-64 alone:
  std::array<std::uint64_t, 16> thunk{};     // by register number
  std::uint64_t return_thunk = 0;
  std::uint64_t per_cpu = 0;                 // a PerCpu (x86_64/counter.hpp)
};

/// Addresses of maps that are known before code is emitted, as they are to a kernel, by map; 0 or nothing: not
/// known.
struct KnownMaps {
  std::span<const std::uint64_t> map;        // map objects
  std::span<const std::uint64_t> map_value;  // first values
};

}  // namespace tailbound::jit

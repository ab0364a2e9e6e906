// How large a mutated scenario may get, so that a corpus does not grow without end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gen/generate.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// What a change may not exceed; what is larger already may stay as large as it is.
struct Bounds {
  std::size_t programs = 0;
  std::size_t functions = 0;    // of one program, main included
  std::size_t statements = 0;   // of the whole scenario, nested ones included
  std::size_t in_function = 0;  // statements of one function
  std::size_t arrays = 4;
  std::uint32_t array_size = 64;
  std::size_t maps = 2;
  std::size_t cells = 4;  // of a map that a mutation adds
  std::size_t events = 12;
  std::size_t asm_insns = 12;  // of a block that a mutation adds or lengthens
  std::uint32_t stack = 0;     // bytes

  bool operator==(const Bounds&) const = default;
};

/// Room for a few things more than the generator would draw.
inline Bounds bounds_of(const Budget& budget) {
  Bounds bounds;
  bounds.programs = std::min<std::size_t>(budget.programs + 2, bpf::cap::programs);
  bounds.functions = std::min<std::size_t>(budget.subprograms + 3, bpf::default_limits().functions);
  bounds.in_function = std::min<std::size_t>(4 * budget.calls + 8, bpf::cap::statements);
  bounds.statements = bounds.programs * bounds.functions * (budget.calls + 2) / 2;
  bounds.stack = std::min<std::uint32_t>(std::max(budget.stack, budget.leaf_stack), bpf::max_stack);
  return bounds;
}

/// Statements of a block or of everything, nested ones included.
std::size_t statements_of(const bpf::Block& block);
std::size_t statements_of(const bpf::Program& program);
std::size_t statements_of(const bpf::Scenario& scenario);

}  // namespace tailbound::gen

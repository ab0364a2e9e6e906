// Seed in, scenario out; always valid by construction.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gen/byte_source.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// How large a scenario may get. The defaults are the reference mix of `tailbound bench`.
struct Budget {
  std::uint32_t programs = 5;
  std::uint32_t subprograms = 4;         // of one program
  std::uint32_t calls = 4;               // statements that call, of one function
  std::uint32_t expanded_functions = 10;  // a program's call tree written out
  std::uint32_t frames = 4;              // of one call chain
  std::uint32_t stack = 56;              // bytes of a function that calls or tail-calls
  std::uint32_t leaf_stack = 192;        // of one that does neither
};

/// A shape lays out programs, calls, tail calls and slots; bodies are filled in afterwards.
struct Shape {
  std::string_view name;
  std::string_view summary;
  void (*draw)(ByteSource&, const Budget&, bpf::Scenario&);
};
std::span<const Shape> shapes();
const Shape* find_shape(std::string_view name);

bpf::Scenario generate(ByteSource& source, const Budget& budget);
/// One shape only.
bpf::Scenario generate(ByteSource& source, const Budget& budget, const Shape& shape);

}  // namespace tailbound::gen

// How large a scenario may get.
#pragma once

#include <cstdint>

namespace tailbound::gen {

/// The defaults are the reference mix of `tailbound bench`.
struct Budget {
  std::uint32_t programs = 5;
  std::uint32_t subprograms = 4;  // of one program
  std::uint32_t calls = 4;        // statements that call or tail-call, of one function that a shape fills
  std::uint32_t expanded_functions = 10;  // a program's call tree written out
  std::uint32_t frames = 4;               // of one call chain
  std::uint32_t stack = 56;        // bytes of a function that calls or tail-calls: most draws stay below
  std::uint32_t leaf_stack = 192;  // of one that does neither
  std::uint32_t block_insns = 8;   // of one asm block, before its loops
  std::uint32_t entries = 3;       // runs
  /// Where the shape is drawn too: one scenario in so many comes under large_budget() instead; 0: none.
  std::uint32_t large_every = 1000;
};

/// One or two programs of few functions.
constexpr Budget small_budget() {
  return {.programs = 2,
          .subprograms = 2,
          .calls = 2,
          .expanded_functions = 5,
          .frames = 3,
          .stack = 24,
          .leaf_stack = 64,
          .block_insns = 4,
          .entries = 2,
          .large_every = 0};
}

/// Up to 64 programs and, in sum, hundreds of functions; all frames and all the stack that the verifier
/// accepts.
constexpr Budget large_budget() {
  return {.programs = 64,
          .subprograms = 10,
          .calls = 8,
          .expanded_functions = 20,
          .frames = 8,
          .stack = 224,
          .leaf_stack = 512,
          .block_insns = 24,
          .entries = 6,
          .large_every = 0};
}

}  // namespace tailbound::gen

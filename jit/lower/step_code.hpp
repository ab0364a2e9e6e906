// What steps emit, outside any program: to tell those that do the same from those that only have the same name.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/emit/code_buffer.hpp"
#include "jit/image.hpp"
#include "jit/lower/scheme.hpp"

namespace tailbound::jit {

/// The step's bytes for mains and subprograms, with and without tail calls, of several frames, one after the
/// other.
template <class Emitter>
std::vector<std::uint8_t> code_of(const Step<Emitter>& step) {
  constexpr std::uint32_t longest_step = 256;
  CodeBuffer code;
  const Options options;
  for (const bool is_main : {true, false}) {
    for (const bool reaches : {true, false}) {
      for (const std::uint32_t depth : {0U, 8U, 13U, 200U}) {
        for (const bool callee_reaches : {true, false}) {
          Image image;
          code.ensure(longest_step);
          Emitter emitter{.a = decltype(Emitter::a)(code),
                          .options = options,
                          .image = image,
                          .frame = {.is_main = is_main,
                                    .reaches_tail_call = reaches,
                                    .stack_depth = depth,
                                    .saved_registers = static_cast<std::uint8_t>(depth % 16)},
                          .function = 0,
                          .site = {},
                          .callee = {.is_main = false,
                                     .reaches_tail_call = callee_reaches,
                                     .stack_depth = 0,
                                     .saved_registers = 0}};
          step.emit(emitter);
          emitter.a.bind(emitter.site.out);
        }
      }
    }
  }
  return {code.bytes().begin(), code.bytes().end()};
}

/// Same name, and the same code.
template <class Emitter>
bool same_step(const Step<Emitter>& a, const Step<Emitter>& b) {
  if (a.name != b.name) return false;
  return a.emit == b.emit || code_of(a) == code_of(b);
}

}  // namespace tailbound::jit

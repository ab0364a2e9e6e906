// What a check says of an observation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tailbound {

enum class Outcome : std::uint8_t { agree, disagree, incomparable, unavailable };

/// The properties that runs are judged by; a finding is named after the one it breaks.
enum class Property : std::uint8_t {
  fault,        // generated code ends by itself, at its return
  frame,        // stack pointer, callee-saved registers and the caller's words are as they were
  bound,        // at most 33 tail calls a context
  stack,        // machine stack within what scenario and scheme can need
  count,        // tail calls taken
  attempts,     // per tail-call site
  fall_throughs,  // per tail-call site
  trace,        // functions entered, in order
  entries,      // per function
  fuel,         // left at the end
  return_value,
  live,         // registers and stack that had to live across calls
  cells,        // content of array maps
  expectation,  // what the file says of a run
  encoding,     // instructions start where the image says, and branches lead to such places
  determinism,  // two compilations give the same image, two runs the same observation
  engine_agreement,  // engines of one profile show the same
  path,         // the functions entered are a path over what the slots may hold
  independence,  // what must not matter does not
  acceptance,    // a kernel takes what its limits record takes
  prediction,    // an unsound design does exactly what the model of it does
};
std::string_view name(Property property);

struct Verdict {
  Outcome outcome = Outcome::agree;
  Property property = Property::fault;
  /// Class of the mismatch, free of numbers: "more", "fewer", "SIGSEGV", …
  std::string kind;
  /// One sentence with the numbers.
  std::string detail;
  std::size_t run = 0;  // which `run` event, from 0

  bool broken() const { return outcome == Outcome::disagree; }
};

}  // namespace tailbound

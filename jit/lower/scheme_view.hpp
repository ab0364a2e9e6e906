// A scheme of whatever arch, for everything but emission: its identity, its steps' names, its frame.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "jit/image.hpp"
#include "jit/lower/scheme.hpp"
#include "jit/lower/stack_bound.hpp"

namespace tailbound::jit {

struct SchemeView {
  /// A list of steps that is not empty.
  struct Part {
    std::string_view where;  // "prologue", "before a subprogram call", …
    std::vector<std::string_view> steps;
  };

  Arch arch = Arch::x86_64;
  SchemeIdentity identity;
  std::vector<Part> parts;
  std::uint32_t (*landing)(const Options&) = nullptr;
  StackCosts stack_costs;
  CountSlots (*slots)(const Frame&) = nullptr;
  std::string_view frame_register;  // that `slots` counts from
  /// Bytes of the BPF stack as the frame has it, and of saved r6 to r9 (where they may pair with another
  /// register).
  std::uint32_t (*stack_bytes)(const Frame&) = nullptr;
  std::uint32_t (*saved_bytes)(const Frame&) = nullptr;
};

template <class Emitter>
SchemeView view_of(const Scheme<Emitter>& scheme) {
  SchemeView view{.arch = Emitter::arch,
                  .identity = scheme.identity,
                  .parts = {},
                  .landing = scheme.landing,
                  .stack_costs = {.frame = scheme.frame_bytes,
                                  .entry = scheme.entry_bytes,
                                  .helper = Emitter::helper_call_bytes},
                  .slots = scheme.slots,
                  .frame_register = Emitter::frame_register,
                  .stack_bytes = Emitter::stack_bytes,
                  .saved_bytes = Emitter::saved_bytes(scheme.lowering)};
  for (const StepPlace<Emitter>& place : step_places<Emitter>) {
    const auto& steps = scheme.*place.steps;
    if (steps.empty()) continue;
    SchemeView::Part& part = view.parts.emplace_back(SchemeView::Part{.where = place.where, .steps = {}});
    for (const Step<Emitter>& step : steps) part.steps.push_back(step.name);
  }
  return view;
}

}  // namespace tailbound::jit

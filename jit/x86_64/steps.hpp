// The named steps that schemes are made of, and where the count lies in a frame.
#pragma once

#include <vector>

#include "jit/x86_64/emitter.hpp"

namespace tailbound::x86_64 {

/// By value the count is the high half of the quadword below the BPF stack.
inline jit::CountSlots by_value_slots(const jit::Frame& frame) {
  return {.count = -static_cast<std::int32_t>(frame.rounded_stack()) - 4, .pointer = 0};
}
/// By pointer there are two quadwords: the count (or a copy of the pointer), then the pointer.
inline jit::CountSlots pointer_slots(const jit::Frame& frame) {
  const auto stack = static_cast<std::int32_t>(frame.rounded_stack());
  return {.count = -stack - 8, .pointer = -stack - 16};
}

namespace step {

std::vector<Step> by_value_prologue();
std::vector<Step> pointer_prologue();
std::vector<Step> by_value_call_site();
std::vector<Step> pointer_call_site();
std::vector<Step> by_value_direct();
std::vector<Step> by_value_indirect();
std::vector<Step> pointer_direct();
std::vector<Step> pointer_indirect();
std::vector<Step> epilogue();

}  // namespace step
}  // namespace tailbound::x86_64

#include "jit/x86_64/schemes.hpp"

#include <array>

#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

// 5 bytes of fentry pad, 2 or 3 of seed, then `push rbp; mov rbp, rsp`.
std::uint32_t landing_by_value(const jit::Options& options) { return options.ibt ? 15 : 11; }
std::uint32_t landing_pointer(const jit::Options& options) { return options.ibt ? 16 : 12; }

std::uint32_t frame_bytes(const jit::Frame& frame, std::uint32_t count_slots) {
  const std::uint32_t return_address_and_rbp = 16;
  return return_address_and_rbp + frame.rounded_stack() + 8 * frame.saved_count() +
         (frame.reaches_tail_call ? 8 * count_slots : 0);
}
std::uint32_t frame_by_value(const jit::Frame& frame) { return frame_bytes(frame, 1); }
std::uint32_t frame_pointer(const jit::Frame& frame) { return frame_bytes(frame, 2); }

Scheme pointer() {
  return {
      .identity = {.name = "pointer",
                   .arch = "x86_64",
                   .summary = "one cell in the entry frame, every other frame holds a pointer to it",
                   .source = "116e04ba1459, kernels 6.12",
                   .profile = &bpf::profile_linux(),
                   .meant_sound = true,
                   .nests_within_limit = true},
      .prologue = step::pointer_prologue(),
      .call_site = step::pointer_call_site(),
      .helper_site = step::pointer_call_site(),
      .tail_call_direct = step::pointer_direct(),
      .tail_call_indirect = step::pointer_indirect(),
      .epilogue = step::epilogue(),
      .trampoline = {},
      .landing = landing_pointer,
      .frame_bytes = frame_pointer,
      .slots = pointer_slots,
  };
}

Scheme by_value() {
  return {
      .identity = {.name = "by-value",
                   .arch = "x86_64",
                   .summary = "every frame holds its own copy of the count, lost when the function returns",
                   .source = "ebf7d1f508a7, e411901c0b77; kernels 5.10 to 6.11, here as in 6.1",
                   .profile = &bpf::profile_linux_6_1(),
                   .meant_sound = false,
                   .by_value = true,
                   .nests_within_limit = true},
      .prologue = step::by_value_prologue(),
      .call_site = step::by_value_call_site(),
      .helper_site = step::by_value_call_site(),
      .tail_call_direct = step::by_value_direct(),
      .tail_call_indirect = step::by_value_indirect(),
      .epilogue = step::epilogue(),
      .trampoline = {},
      .landing = landing_by_value,
      .frame_bytes = frame_by_value,
      .slots = by_value_slots,
  };
}

}  // namespace

std::span<const Scheme> schemes() {
  static const std::array<Scheme, 2> all = {pointer(), by_value()};
  return all;
}

const Scheme* find_scheme(std::string_view name) {
  for (const Scheme& scheme : schemes()) {
    if (scheme.identity.name == name) return &scheme;
  }
  return nullptr;
}

jit::Options options_6_1() {
  jit::Options options;
  options.retpolines = true;
  options.ptrs = 272;
  return options;
}

jit::Options options_6_12() {
  jit::Options options;
  options.ibt = true;
  options.retpolines = true;
  options.ptrs = 264;
  return options;
}

}  // namespace tailbound::x86_64

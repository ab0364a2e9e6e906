// What a kernel's verifier accepts, as data, and the check of a scenario against it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Sources: kernel/bpf/verifier.c (check_max_stack_depth, BPF_MAX_SUBPROGS, MAX_CALL_FRAMES) as measured on
/// the kernels named.
struct Limits {
  std::string_view name;
  std::uint32_t functions = 256;             // a program, main included
  std::uint32_t frames = 8;                  // of one call chain, main included
  std::uint32_t stack = 512;                 // bytes of one call chain, after rounding
  std::uint32_t frame_rounding = 32;         // bytes; a frame without stack counts as one byte before rounding
  std::uint32_t stack_before_tail_call = 256;  // callers of a tail-calling subprogram: less than this
  std::uint32_t expanded_insns = 2000;       // the call tree written out: what the verifier walks (our cap)
};

/// All records; the first is the strictest and the default.
std::span<const Limits> all_limits();
const Limits& default_limits();
const Limits* find_limits(std::string_view name);

/// What the kernel accepts of one program, whatever its release (BPF_COMPLEXITY_LIMIT_INSNS, MAX_BPF_STACK).
inline constexpr std::uint32_t max_insns = 1'000'000;
inline constexpr std::uint16_t max_stack = 512;

/// Caps of the data model itself, whatever the kernel.
namespace cap {
inline constexpr std::uint32_t programs = 64;
inline constexpr std::uint32_t arrays = 16;
inline constexpr std::uint32_t array_size = 4096;
inline constexpr std::uint32_t maps = 8;
inline constexpr std::uint32_t cells = 256;      // of one map
inline constexpr std::uint32_t statements = 256;  // of one function, nested ones included
inline constexpr std::uint32_t nesting = 4;       // ifs inside ifs
inline constexpr std::uint32_t terms = 4;         // of an expression, after its first operand
inline constexpr std::uint32_t asm_insns = 256;   // of one asm block
inline constexpr std::uint32_t events = 256;
inline constexpr std::uint32_t expectations = 64;  // of one run
inline constexpr std::uint32_t name_length = 64;
inline constexpr std::uint64_t fuel = 1U << 20;   // a run that costs more answers too late to be of use
inline constexpr std::uint32_t probes = 38;       // on one function: BPF_MAX_TRAMP_LINKS
}  // namespace cap

/// What is wrong, and where: the program and function (or none), one sentence.
struct Violation {
  std::optional<FunctionRef> function;
  std::optional<std::size_t> event;
  std::string message;
};

/// The first thing that makes a scenario invalid, or nothing. Checked: every reference in range; names are
/// identifiers and unique; bodies end in a return and nothing follows one; every subprogram is called, none
/// calls main or itself (also through others); caps; the limits record's frames, stack, tail calls and tree;
/// asm blocks are self-contained; probes of fentry, fexit and freplace stand in no prog_array, are neither run
/// nor probed themselves, and are attached and detached in turn.
std::optional<Violation> check_scenario(const Scenario& scenario);

/// Bytes that the verifier counts for a frame of `stack` bytes.
std::uint32_t rounded_frame(const Limits& limits, std::uint32_t stack);

/// The BPF stack that the lowered function touches: its own, and below it a lookup's key where it has one.
std::uint32_t touched_stack(const Function& function);

}  // namespace tailbound::bpf

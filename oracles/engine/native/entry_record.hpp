// The words that generated code, stubs and engine exchange. They lie where all of them can reach them: stubs
// and detours have their address built in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "jit/bpf/limits.hpp"

namespace tailbound::engine::native {

/// What entry and exit exchange with the engine. The stubs know the offsets.
struct EntryRecord {
  std::uint64_t target = 0;     // address of the program's main
  std::uint64_t context = 0;    // r1
  std::uint64_t length = 0;     // r2
  std::uint64_t stack_top = 0;  // stack pointer before the call
  std::uint64_t host_stack = 0;
  std::uint64_t returned = 0;             // r0
  std::uint64_t stack_pointer = 0;        // after the return
  std::array<std::uint64_t, 12> saved{};  // the callee-saved registers after the return, in the stubs' order
  std::uint64_t random_calls = 0;
  std::uint64_t time_calls = 0;
  std::uint64_t seed = 0;
};

/// An event traps one function.
inline constexpr std::size_t most_detours = bpf::cap::events;

struct EngineWords {
  EntryRecord record;
  /// By detour: the entries counted when its next slot change is due.
  std::array<std::uint64_t, most_detours> next_change{};
  /// The arch's own, such as counters that a kernel keeps outside the machine stack.
  std::array<std::uint64_t, 8> target{};
};

/// What the caller-saved registers hold at entry and after a helper: no small number, no address.
inline constexpr std::uint64_t register_poison = 0xbad0bad0'bad0bad0;
/// What a callee-saved register of this number holds at entry.
constexpr std::uint64_t register_canary(unsigned number) { return 0xb0b0b0b0'00000000 + number; }

/// An array map as the lookup helper sees it; max_entries lies where the options say.
struct ArrayObject {
  std::uint64_t values = 0;
  std::uint32_t value_size = 0;  // bytes
  std::uint32_t stride = 0;      // bytes from entry to entry: a multiple of 8
};

/// Offsets of the hand-written code round generated code.
struct Stubs {
  std::uint32_t enter = 0;    // void enter(): runs EntryRecord::target
  std::uint32_t recover = 0;  // where a signal handler sends a thread that must leave generated code
  std::uint32_t lookup = 0;
  std::uint32_t update = 0;
  std::uint32_t time = 0;
  std::uint32_t random = 0;
  // x86-64 alone:
  std::uint32_t return_thunk = 0;
  std::array<std::uint32_t, 16> thunk{};  // by register number
};

}  // namespace tailbound::engine::native

// The hand-written code round generated code: entry, exit, recovery, helpers and thunks. They share one record
// with the engine, whose address is built into them.
#pragma once

#include <array>
#include <cstdint>

#include "jit/emit/code_buffer.hpp"
#include "jit/lower/options.hpp"

namespace tailbound::engine::x86_64 {

/// What entry and exit exchange with the engine. The stubs know the offsets.
struct EntryRecord {
  std::uint64_t target = 0;     // address of the program's main
  std::uint64_t context = 0;    // r1
  std::uint64_t length = 0;     // r2
  std::uint64_t stack_top = 0;  // rsp before the call pushes its return address
  std::uint64_t host_rsp = 0;
  std::uint64_t returned = 0;            // rax
  std::uint64_t rsp = 0;                 // after the return
  std::array<std::uint64_t, 6> saved{};  // rbx, rbp, r12 … r15 after the return
  std::uint64_t random_calls = 0;
  std::uint64_t time_calls = 0;
  std::uint64_t seed = 0;
};

/// What the callee-saved registers hold at entry, in EntryRecord::saved's order.
inline constexpr std::array<std::uint64_t, 6> register_canaries = {0xb0b0b0b0'00000003, 0xb0b0b0b0'00000005,
                                                                   0xb0b0b0b0'0000000c, 0xb0b0b0b0'0000000d,
                                                                   0xb0b0b0b0'0000000e, 0xb0b0b0b0'0000000f};
/// What the caller-saved ones hold at entry and after a helper: no small number, no address.
inline constexpr std::uint64_t register_poison = 0xbad0bad0'bad0bad0;

/// An array map as the lookup helper sees it; max_entries lies where the options say.
struct ArrayObject {
  std::uint64_t values = 0;
  std::uint32_t value_size = 0;  // bytes
  std::uint32_t stride = 0;      // bytes from entry to entry: a multiple of 8
};

/// Offsets of the stubs in the code that emit_stubs writes.
struct Stubs {
  std::uint32_t enter = 0;    // void enter(): runs EntryRecord::target
  std::uint32_t recover = 0;  // where a signal handler sends a thread that must leave generated code
  std::uint32_t lookup = 0;
  std::uint32_t update = 0;
  std::uint32_t time = 0;
  std::uint32_t random = 0;
  std::uint32_t return_thunk = 0;
  std::array<std::uint32_t, 16> thunk{};
};

Stubs emit_stubs(jit::CodeBuffer& out, const EntryRecord* record, const jit::Options& options);

}  // namespace tailbound::engine::x86_64

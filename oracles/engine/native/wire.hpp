// What the engine and a runner agree on: a file that both map, and one byte each way that says whose turn it
// is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/native/entry_record.hpp"
#include "oracles/engine/native/guarded_stack.hpp"
#include "oracles/engine/native/machine.hpp"

namespace tailbound::engine::native::wire {

/// Changes with anything below, and with what a runner's compiler emits.
inline constexpr std::uint32_t version = 1;
inline constexpr std::uint64_t magic = 0x7461696c'626f756e;

/// A part of the file, and where the runner maps it. Data lies below 4 GiB, so that its addresses take few
/// instructions; code within a branch's reach of itself.
struct Part {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::uint64_t address = 0;
  constexpr std::size_t end() const { return offset + size; }
};
inline constexpr std::size_t mebibyte = std::size_t{1} << 20;
inline constexpr Part control = {.offset = 0, .size = mebibyte / 16, .address = 0x1f00'0000};
inline constexpr Part data = {.offset = control.end(), .size = 64 * mebibyte, .address = 0x2000'0000};
inline constexpr Part code = {.offset = data.end(), .size = code_size, .address = 0x4000'0000};
inline constexpr Part context = {
    .offset = code.end(), .size = bpf::given_context_limit, .address = bpf::given_context_address};
/// Where the runner's stack lies it says itself.
inline constexpr Part stack = {.offset = context.end(), .size = stack_size + mebibyte / 16, .address = 0};
/// Programs to compile, and what became of them.
inline constexpr Part parcel = {.offset = stack.end(), .size = 32 * mebibyte, .address = 0x6000'0000};
inline constexpr std::size_t file_size = parcel.end();

enum class Request : std::uint32_t { run, go_on, compile };
enum class Answer : std::uint32_t { ready, finished, interrupted, trapped, compiled, failed };

struct Range {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// The start of `control`. Words of fixed sizes: both sides are little-endian with 64 bits.
struct Control {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t bytes = 0;  // sizeof(Control), sizeof(EngineWords)
  std::uint32_t words_bytes = 0;
  std::uint64_t stack_address = 0;
  std::array<char, 160> why_not{};  // Answer::failed: a text that ends with a zero

  Request request = Request::run;
  Answer answer = Answer::ready;
  Range publish;  // code to be published first; size 0: none
  std::uint64_t enter = 0;
  std::uint64_t recover = 0;
  std::uint32_t limit_ms = 0;
  std::uint32_t traps = 0;  // whether the engine wants to hear of them
  std::uint64_t context_bytes = 0;
  std::uint32_t context_writable = 0;
  std::uint32_t context_given = 0;

  std::uint64_t pc = 0;     // trapped: there; go_on: where to
  std::uint32_t taken = 0;  // go_on: the trap was the engine's
  // interrupted:
  std::uint32_t timed_out = 0;
  std::int32_t signal = 0;
  std::uint64_t fault_address = 0;
};
static_assert(sizeof(Control) <= control.size);
static_assert(sizeof(EngineWords) <= data.size);

}  // namespace tailbound::engine::native::wire

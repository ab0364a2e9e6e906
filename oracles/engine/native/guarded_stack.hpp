// The stack that generated code runs on: painted, with canary words above the entry frame, between guard pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

namespace tailbound::engine::native {

/// Words of a stack as this process sees them; code may run on them at other addresses (a runner's). Every word
/// that no run has used since holds a pattern: that is how the high-water mark of a run is found.
class PaintedStack {
 public:
  /// Bytes that a stack of `size` takes: behind it follows a page with the entry frame's first words (return
  /// address, frame pointer, up to 32 bytes of stack or slots), the canaries, and room.
  static std::size_t memory_size(std::size_t size);

  /// `memory` has memory_size(size) bytes and outlives this; code sees it at `address`. Paints.
  PaintedStack(std::uint8_t* memory, std::size_t size, std::uint64_t address);

  /// Initial stack pointer where code runs: 16-byte aligned, canaries above it.
  std::uint64_t top_address() const { return address_ + (top() - reinterpret_cast<std::uint64_t>(memory_)); }
  /// The same place in this process.
  std::uint64_t top() const;
  void place_canaries();
  bool canaries_intact() const;

  /// Bytes from top() down to the deepest word that was written since the last call; paints them again. A
  /// stretch of at least `longest_gap` bytes that nobody wrote ends the search, so it costs little more than
  /// what was used. A word that was written with the pattern's own value is not seen.
  std::uint64_t take_high_water(std::size_t longest_gap);
  /// The same over the whole stack: after a run that did not end by itself nothing is known about gaps.
  std::uint64_t take_high_water() { return take_high_water(size_ + top_offset); }

 private:
  static constexpr std::size_t top_offset = 48;
  std::uint64_t* lowest() const { return reinterpret_cast<std::uint64_t*>(memory_); }

  std::uint8_t* memory_;
  std::size_t size_;
  std::uint64_t address_;
};

/// Reserves room for `bytes` between two guards; gives where the bytes begin, inaccessible yet, with
/// `stack_size` of them ending at a multiple of 4 GiB where the system gives that place: addresses whose low
/// half is a small number show what tells pointers from counts by 32 bits. nullptr: errno.
std::uint8_t* reserve_stack(std::size_t bytes, std::size_t stack_size);
void release_stack(std::uint8_t* memory, std::size_t bytes);

/// A stack of this process.
class GuardedStack : public PaintedStack {
 public:
  static std::expected<GuardedStack, std::string> create(std::size_t size);
  GuardedStack(GuardedStack&& other) noexcept;
  GuardedStack& operator=(GuardedStack&&) = delete;
  ~GuardedStack();

 private:
  GuardedStack(std::uint8_t* mapping, std::size_t size)
      : PaintedStack(mapping, size, reinterpret_cast<std::uint64_t>(mapping)), mapping_(mapping), size_(size) {}

  std::uint8_t* mapping_;
  std::size_t size_;
};

}  // namespace tailbound::engine::native

#include "oracles/engine/native/guarded_stack.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tailbound::engine::native {

namespace {

constexpr std::size_t guard_size = 64 * 1024;
constexpr std::size_t last_page = 4096;
constexpr std::size_t canary_words = 32;
constexpr std::uint64_t canary = 0xca9a51e5'ca9a51e5;
/// No byte's low nibble is 0xa, as that of every value that lowered bytecode places on its stack is.
constexpr std::uint64_t unused = 0x57e1f3c5'91b7d36d;

/// Bits that differ from the pattern in any of the words; without a branch a word, so that the compiler can
/// take many words at once.
std::uint64_t differences(const std::uint64_t* from, const std::uint64_t* to) {
  std::uint64_t bits = 0;
  for (const std::uint64_t* word = from; word != to; ++word) bits |= *word ^ unused;
  return bits;
}

}  // namespace

std::size_t PaintedStack::memory_size(std::size_t size) { return size + last_page; }

PaintedStack::PaintedStack(std::uint8_t* memory, std::size_t size, std::uint64_t address)
    : memory_(memory), size_(size), address_(address) {
  std::fill(lowest(), reinterpret_cast<std::uint64_t*>(top()), unused);
}

std::uint64_t PaintedStack::top() const {
  return reinterpret_cast<std::uint64_t>(memory_ + size_ + top_offset);
}

void PaintedStack::place_canaries() {
  auto* const words = reinterpret_cast<std::uint64_t*>(top());
  for (std::size_t i = 0; i < canary_words; ++i) words[i] = canary + i;
}

bool PaintedStack::canaries_intact() const {
  const auto* const words = reinterpret_cast<const std::uint64_t*>(top());
  bool intact = true;
  for (std::size_t i = 0; i < canary_words; ++i) intact &= words[i] == canary + i;
  return intact;
}

std::uint64_t PaintedStack::take_high_water(std::size_t longest_gap) {
  auto* const top_word = reinterpret_cast<std::uint64_t*>(top());
  const auto step = static_cast<std::ptrdiff_t>((longest_gap + 7) / 8);
  std::uint64_t* deepest = top_word;
  for (std::uint64_t* end = top_word; end != lowest();) {
    std::uint64_t* const begin = end - lowest() > step ? end - step : lowest();
    if (differences(begin, end) == 0) break;
    deepest = std::find_if(begin, end, [](std::uint64_t word) { return word != unused; });
    end = begin;
  }
  std::fill(deepest, top_word, unused);
  return static_cast<std::uint64_t>(top_word - deepest) * sizeof *top_word;
}

std::uint8_t* reserve_stack(std::size_t bytes, std::size_t stack_size) {
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  constexpr std::uint64_t four_gib = std::uint64_t{1} << 32;
  constexpr std::uint64_t first_place = 0x2000 * four_gib;
  const std::size_t whole = bytes + 2 * guard_size;
  for (std::uint64_t place = first_place; place != first_place + 64 * four_gib; place += four_gib) {
    void* const wanted = reinterpret_cast<void*>(place - stack_size - guard_size);
    void* const mapping = mmap(wanted, whole, PROT_NONE, flags | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapping == wanted) return static_cast<std::uint8_t*>(mapping) + guard_size;
    if (mapping != MAP_FAILED) munmap(mapping, whole);
  }
  void* const mapping = mmap(nullptr, whole, PROT_NONE, flags, -1, 0);
  return mapping == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(mapping) + guard_size;
}

void release_stack(std::uint8_t* memory, std::size_t bytes) {
  munmap(memory - guard_size, bytes + 2 * guard_size);
}

std::expected<GuardedStack, std::string> GuardedStack::create(std::size_t size) {
  const auto failure = [](const char* what) {
    return std::unexpected(std::string(what) + ": " + std::strerror(errno));
  };
  std::uint8_t* const memory = reserve_stack(memory_size(size), size);
  if (memory == nullptr) return failure("mmap of the stack");
  if (mprotect(memory, memory_size(size), PROT_READ | PROT_WRITE) != 0) {
    release_stack(memory, memory_size(size));
    return failure("mprotect of the stack");
  }
  return GuardedStack(memory, size);
}

GuardedStack::GuardedStack(GuardedStack&& other) noexcept
    : PaintedStack(other), mapping_(std::exchange(other.mapping_, nullptr)), size_(other.size_) {}

GuardedStack::~GuardedStack() {
  if (mapping_ != nullptr) release_stack(mapping_, memory_size(size_));
}

}  // namespace tailbound::engine::native

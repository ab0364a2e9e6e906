// The place of bpf::GivenContext: pages of this process at the address that all engines agree on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jit/bpf/lowered.hpp"

namespace tailbound::engine::native {

/// Reserved once for the process and never given back.
class GivenContextPlace {
 public:
  static std::uint8_t* memory() { return reinterpret_cast<std::uint8_t*>(bpf::given_context_address); }

  /// `file` at `offset` holds the bytes; -1: memory of this process. False: something else lies there.
  bool reserve(int file = -1, std::size_t offset = 0);
  /// Makes the pages of the first `bytes` accessible and all others not. False: the system refused.
  bool open(std::size_t bytes, bool writable);

 private:
  bool reserved_ = false;
  std::size_t accessible_ = 0;  // bytes, whole pages
  bool writable_ = false;
};

/// The bytes into `memory`, with zeroes up to the end of their last page.
void fill_given_context(const bpf::GivenContext& context, std::uint8_t* memory);

constexpr std::uint64_t given_context_pointer(const bpf::GivenContext& context) {
  return context.bytes.empty() ? 0 : bpf::given_context_address;
}

}  // namespace tailbound::engine::native

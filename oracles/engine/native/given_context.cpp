#include "oracles/engine/native/given_context.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace tailbound::engine::native {

namespace {

constexpr std::size_t page = 4096;

std::size_t pages(std::size_t bytes) { return (bytes + page - 1) / page * page; }

}  // namespace

bool GivenContextPlace::reserve(int file, std::size_t offset) {
  if (reserved_) return true;
  const int kind = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  void* const got = mmap(memory(), bpf::given_context_limit, PROT_NONE, kind | MAP_FIXED_NOREPLACE, file,
                         static_cast<off_t>(offset));
  // Kernels before 4.17 do not know the flag and may map elsewhere.
  if (got != MAP_FAILED && got != memory()) munmap(got, bpf::given_context_limit);
  reserved_ = got == memory();
  return reserved_;
}

/// Pages are protected anew only where something changes.
bool GivenContextPlace::open(std::size_t bytes, bool writable) {
  bytes = pages(bytes);
  if (bytes == accessible_ && writable == writable_) return true;
  if (mprotect(memory(), bpf::given_context_limit, PROT_NONE) != 0) return false;
  const int access = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  if (bytes != 0 && mprotect(memory(), bytes, access) != 0) return false;
  accessible_ = bytes;
  writable_ = writable;
  return true;
}

void fill_given_context(const bpf::GivenContext& context, std::uint8_t* memory) {
  const std::size_t size = context.bytes.size();
  std::ranges::copy(context.bytes, memory);
  std::memset(memory + size, 0, pages(size) - size);
}

}  // namespace tailbound::engine::native

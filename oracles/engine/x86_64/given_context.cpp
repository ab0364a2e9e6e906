#include "oracles/engine/x86_64/given_context.hpp"

#include <sys/mman.h>

#include <cstring>

namespace tailbound::engine::x86_64 {

namespace {

constexpr std::size_t page = 4096;

std::uint8_t* place() { return reinterpret_cast<std::uint8_t*>(bpf::given_context_address); }

/// The place, reserved once for the process and never given back.
struct Region {
  std::mutex mutex;
  bool reserved = false;
  std::size_t accessible = 0;  // bytes, whole pages
  bool writable = false;

  bool reserve() {
    if (reserved) return true;
    void* const got = mmap(place(), bpf::given_context_limit, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    // Kernels before 4.17 do not know the flag and may map elsewhere.
    if (got != MAP_FAILED && got != place()) munmap(got, bpf::given_context_limit);
    reserved = got == place();
    return reserved;
  }

  /// Pages are protected anew only where something changes.
  bool protect(std::size_t bytes, bool want_writable) {
    if (bytes == accessible && want_writable == writable) return true;
    if (mprotect(place(), bpf::given_context_limit, PROT_NONE) != 0) return false;
    const int access = want_writable ? PROT_READ | PROT_WRITE : PROT_READ;
    if (bytes != 0 && mprotect(place(), bytes, access) != 0) return false;
    accessible = bytes;
    writable = want_writable;
    return true;
  }
};

Region& region() {
  static Region one;
  return one;
}

std::size_t pages(std::size_t bytes) { return (bytes + page - 1) / page * page; }

}  // namespace

GivenContextInUse::GivenContextInUse(const bpf::GivenContext* context) {
  if (context == nullptr) return;
  lock_ = std::unique_lock(region().mutex);
  if (context->bytes.size() > bpf::given_context_limit)
    problem_ = "the given context is larger than a mebibyte";
  else if (!region().reserve()) problem_ = "the address of given contexts is taken in this process";
  else if (!region().protect(pages(context->bytes.size()), true))
    problem_ = "mprotect of the given context failed";
}

void fill_given_context(const bpf::GivenContext& context) {
  if (context.bytes.empty()) return;
  if (!context.writable) region().protect(pages(context.bytes.size()), true);
  std::memcpy(place(), context.bytes.data(), context.bytes.size());
  std::memset(place() + context.bytes.size(), 0, pages(context.bytes.size()) - context.bytes.size());
  if (!context.writable) region().protect(pages(context.bytes.size()), false);
}

void read_given_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into) {
  if (context.bytes.empty()) return;
  into.assign(place(), place() + context.bytes.size());
}

}  // namespace tailbound::engine::x86_64

#include "jit/emit/executable_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tailbound::jit {

namespace {

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

#if defined(__x86_64__)
/// iretq to the next instruction: the cheapest serialising instruction that a virtual machine does not trap.
void serialise() {
  std::uint64_t scratch = 0;
  asm volatile(
      "movq %%rsp, %0\n\t"
      "subq $128, %%rsp\n\t"  // keep the red zone
      "movq %%ss, %%rax\n\t"
      "pushq %%rax\n\t"
      "pushq %0\n\t"
      "pushfq\n\t"
      "movq %%cs, %%rax\n\t"
      "pushq %%rax\n\t"
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "iretq\n\t"
      "1:\n\t"
      : "=&r"(scratch)
      :
      : "rax", "cc", "memory");
}
void synchronise(std::uint8_t*, std::size_t) { serialise(); }
#else
void synchronise(std::uint8_t* code, std::size_t size) {
  __builtin___clear_cache(reinterpret_cast<char*>(code), reinterpret_cast<char*>(code + size));
}
#endif

}  // namespace

std::expected<ExecutableMemory, std::string> ExecutableMemory::create(std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  size = (size + page - 1) / page * page;
  const int file = memfd_create("tailbound code", MFD_CLOEXEC);
  if (file < 0) return std::unexpected(failure("memfd_create"));
  if (ftruncate(file, static_cast<off_t>(size)) != 0) {
    const std::string why = failure("ftruncate");
    close(file);
    return std::unexpected(why);
  }
  void* const writable = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  void* const executable = mmap(nullptr, size, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  const std::string why = failure("mmap of executable memory");
  close(file);
  if (writable == MAP_FAILED || executable == MAP_FAILED) {
    if (writable != MAP_FAILED) munmap(writable, size);
    if (executable != MAP_FAILED) munmap(executable, size);
    return std::unexpected(why);
  }
  return ExecutableMemory(static_cast<std::uint8_t*>(writable), static_cast<std::uint8_t*>(executable), size);
}

ExecutableMemory::ExecutableMemory(ExecutableMemory&& other) noexcept
    : writable_(std::exchange(other.writable_, nullptr)),
      executable_(std::exchange(other.executable_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

ExecutableMemory& ExecutableMemory::operator=(ExecutableMemory&& other) noexcept {
  if (this != &other) {
    release();
    writable_ = std::exchange(other.writable_, nullptr);
    executable_ = std::exchange(other.executable_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

ExecutableMemory::~ExecutableMemory() { release(); }

void ExecutableMemory::release() noexcept {
  if (writable_ == nullptr) return;
  munmap(writable_, size_);
  munmap(executable_, size_);
}

void ExecutableMemory::publish(std::size_t offset, std::size_t size) const {
  synchronise(executable_ + offset, size);
}

}  // namespace tailbound::jit

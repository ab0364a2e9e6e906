#include "jit/emit/executable_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
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

/// mov eax, value; ret
using ReturnNumber = std::array<std::uint8_t, 6>;
ReturnNumber return_number(std::uint8_t value) { return {0xb8, value, 0, 0, 0, 0xc3}; }
#else
void synchronise(std::uint8_t* code, std::size_t size) {
  __builtin___clear_cache(reinterpret_cast<char*>(code), reinterpret_cast<char*>(code + size));
}

/// movz w0, #value; ret
using ReturnNumber = std::array<std::uint8_t, 8>;
ReturnNumber return_number(std::uint8_t value) {
  return {static_cast<std::uint8_t>(value << 5),
          static_cast<std::uint8_t>(value >> 3),
          0x80,
          0x52,
          0xc0,
          0x03,
          0x5f,
          0xd6};
}
#endif

constexpr std::size_t page = 4096;

void* map_executable(void* at, std::size_t size, int file, std::size_t offset, int flags) {
  return mmap(at, size, PROT_READ | PROT_EXEC, MAP_SHARED | flags, file, static_cast<off_t>(offset));
}

// Generated code has no type word in front of it for UBSan's check of indirect calls.
__attribute__((no_sanitize("function"))) int call(std::uint64_t address) {
  return reinterpret_cast<int (*)()>(address)();
}

/// Both answers of a function that is written again must be the new one. A few times: a stale translation may
/// go by chance.
bool try_coherence() {
  const auto memory = ExecutableMemory::create(page);
  if (!memory) return true;  // whoever wants some hears why not
  for (std::uint8_t n = 1; n <= 16; ++n) {
    const ReturnNumber code = return_number(n);
    std::memcpy(memory->writable(), code.data(), code.size());
    synchronise(reinterpret_cast<std::uint8_t*>(memory->address()), code.size());
    if (call(memory->address()) != n) return false;
  }
  return true;
}

/// Set while it is found out, with memory that must not ask.
thread_local bool trying = false;

}  // namespace

bool aliases_are_coherent() {
  static const bool coherent = [] {
    trying = true;
    const bool result = try_coherence();
    trying = false;
    return result;
  }();
  return coherent;
}

std::expected<ExecutableMemory, std::string> ExecutableMemory::create(std::size_t size) {
  const auto system_page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  size = (size + system_page - 1) / system_page * system_page;
  const int file = memfd_create("tailbound code", MFD_CLOEXEC);
  if (file < 0) return std::unexpected(failure("memfd_create"));
  if (ftruncate(file, static_cast<off_t>(size)) != 0) {
    const std::string why = failure("ftruncate");
    close(file);
    return std::unexpected(why);
  }
  void* const writable = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  void* const executable = map_executable(nullptr, size, file, 0, 0);
  const std::string why = failure("mmap of executable memory");
  if (writable == MAP_FAILED || executable == MAP_FAILED) {
    if (writable != MAP_FAILED) munmap(writable, size);
    if (executable != MAP_FAILED) munmap(executable, size);
    close(file);
    return std::unexpected(why);
  }
  ExecutableMemory memory(static_cast<std::uint8_t*>(writable), static_cast<std::uint8_t*>(executable), size);
  memory.maps_anew_ = !trying && !aliases_are_coherent();
  if (memory.maps_anew_) {
    memory.file_ = file;
    memory.owns_file_ = true;
  } else {
    close(file);
  }
  return memory;
}

std::expected<ExecutableMemory, std::string> ExecutableMemory::adopt(int file, std::size_t offset,
                                                                     std::size_t size, std::uint64_t address) {
  void* const wanted = reinterpret_cast<void*>(address);
  void* const executable = map_executable(wanted, size, file, offset, MAP_FIXED_NOREPLACE);
  if (executable == MAP_FAILED) return std::unexpected(failure("mmap of executable memory"));
  if (executable != wanted) {
    munmap(executable, size);
    return std::unexpected("the place of executable memory is taken");
  }
  ExecutableMemory memory(nullptr, static_cast<std::uint8_t*>(executable), size);
  memory.maps_anew_ = !aliases_are_coherent();
  memory.file_ = file;
  memory.file_offset_ = offset;
  return memory;
}

ExecutableMemory::ExecutableMemory(ExecutableMemory&& other) noexcept { *this = std::move(other); }

ExecutableMemory& ExecutableMemory::operator=(ExecutableMemory&& other) noexcept {
  if (this != &other) {
    release();
    writable_ = std::exchange(other.writable_, nullptr);
    executable_ = std::exchange(other.executable_, nullptr);
    size_ = std::exchange(other.size_, 0);
    maps_anew_ = other.maps_anew_;
    file_ = std::exchange(other.file_, -1);
    owns_file_ = std::exchange(other.owns_file_, false);
    file_offset_ = other.file_offset_;
  }
  return *this;
}

ExecutableMemory::~ExecutableMemory() { release(); }

void ExecutableMemory::release() noexcept {
  if (writable_ != nullptr) munmap(writable_, size_);
  if (executable_ != nullptr) munmap(executable_, size_);
  if (owns_file_) close(file_);
}

void ExecutableMemory::publish(std::size_t offset, std::size_t size) const {
  if (maps_anew_) map_anew(offset, size);
  else synchronise(executable_ + offset, size);
}

/// An emulator drops what it translated of pages that are mapped again.
void ExecutableMemory::map_anew(std::size_t offset, std::size_t size) const {
  const std::size_t first = offset / page * page;
  const std::size_t end = (offset + size + page - 1) / page * page;
  // The same file and place again: nothing that succeeded once fails here, and if it did the old code would
  // run.
  if (map_executable(executable_ + first, end - first, file_, file_offset_ + first, MAP_FIXED) == MAP_FAILED) {
    munmap(executable_ + first, end - first);
  }
}

}  // namespace tailbound::jit

#include "oracles/engine/kernel/live_map.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "oracles/engine/kernel/syscall.hpp"

namespace tailbound::engine::kernel {

LiveMap::LiveMap(LiveMap&& other) noexcept
    : from_(other.from_), fd_(std::move(other.fd_)), memory_(std::exchange(other.memory_, nullptr)) {}

LiveMap& LiveMap::operator=(LiveMap&& other) noexcept {
  std::swap(from_, other.from_);
  std::swap(fd_, other.fd_);
  std::swap(memory_, other.memory_);
  return *this;
}

LiveMap::~LiveMap() {
  if (memory_ != nullptr) ::munmap(memory_, words() * sizeof(std::uint64_t));
}

bool LiveMap::create(const JobMap& from, int btf) {
  from_ = &from;
  fd_ = create_map(from, btf);
  if (fd_.get() < 0) return false;
  if ((from.flags & BPF_F_MMAPABLE) == 0) return true;
  void* const at =
      ::mmap(nullptr, words() * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (at == MAP_FAILED) return false;
  memory_ = static_cast<std::uint64_t*>(at);
  return true;
}

bool LiveMap::fill() {
  // New maps hold zeros.
  if (std::ranges::all_of(from_->words, [](std::uint64_t word) { return word == 0; })) return true;
  return write_all(from_->words);
}

bool LiveMap::reset(std::uint64_t fuel) {
  if (memory_ != nullptr) {
    std::ranges::fill(memory(), 0);
    memory_[0] = fuel;
    return true;
  }
  std::vector<std::uint64_t> fresh(words(), 0);
  if (!fresh.empty()) fresh[0] = fuel;
  return write_all(fresh);
}

bool LiveMap::write_all(std::span<const std::uint64_t> values) {
  if (values.size() != words()) {
    errno = EINVAL;
    return false;
  }
  if (memory_ != nullptr) {
    std::ranges::copy(values, memory_);
    return true;
  }
  for (std::uint32_t key = 0; key < from_->max_entries; ++key) {
    if (!update_map(fd(), &key, &values[std::size_t{key} * from_->words_per_entry()])) return false;
  }
  return true;
}

bool LiveMap::write(std::uint32_t word, std::uint64_t value) {
  if (word >= words()) {
    errno = E2BIG;
    return false;
  }
  if (memory_ != nullptr) {
    memory_[word] = value;
    return true;
  }
  const std::uint32_t key = word / from_->words_per_entry();
  std::vector<std::uint64_t> entry(from_->words_per_entry());
  if (!look_up(fd(), &key, entry.data())) return false;
  entry[word % from_->words_per_entry()] = value;
  return update_map(fd(), &key, entry.data());
}

bool LiveMap::read(std::vector<std::uint64_t>& into) {
  const std::size_t at = into.size();
  if (memory_ != nullptr) {
    into.insert(into.end(), memory().begin(), memory().end());
    return true;
  }
  into.resize(at + words());
  for (std::uint32_t key = 0; key < from_->max_entries; ++key) {
    if (!look_up(fd(), &key, &into[at + std::size_t{key} * from_->words_per_entry()])) return false;
  }
  return true;
}

}  // namespace tailbound::engine::kernel

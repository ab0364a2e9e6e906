// A job's map while the job runs: its descriptor, and its memory where the kernel shares that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

/// Functions that give false leave errno.
class LiveMap {
 public:
  LiveMap() = default;
  LiveMap(LiveMap&& other) noexcept;
  LiveMap& operator=(LiveMap&& other) noexcept;
  ~LiveMap();

  /// `from` outlives this.
  bool create(const JobMap& from, int btf);
  /// The initial words.
  bool fill();
  /// A fresh ledger with this fuel.
  bool reset(std::uint64_t fuel);
  bool write(std::uint32_t word, std::uint64_t value);
  /// Appends the words of all entries.
  bool read(std::vector<std::uint64_t>& into);

  int fd() const { return fd_.get(); }
  const JobMap& description() const { return *from_; }

 private:
  std::size_t words() const { return std::size_t{from_->words_per_entry()} * from_->max_entries; }
  std::span<std::uint64_t> memory() const { return {memory_, memory_ == nullptr ? 0 : words()}; }
  bool write_all(std::span<const std::uint64_t> values);

  const JobMap* from_ = nullptr;
  Fd fd_;
  std::uint64_t* memory_ = nullptr;
};

}  // namespace tailbound::engine::kernel

// What workers tell their parent, in shared memory: they may die at any moment.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign.hpp"
#include "oracles/features/features.hpp"

namespace tailbound::fuzz {

/// Bytes of the largest scenario that libFuzzer may propose.
inline constexpr std::size_t largest_input = std::size_t{1} << 20;

/// A scenario on its way to the parent: a seed's number, or the codec's bytes.
struct Letter {
  std::atomic<std::uint64_t> number{0};
  std::atomic<std::uint64_t> size{0};  // of `bytes`
  std::array<std::uint8_t, largest_input> bytes;  // untouched pages of it cost nothing

  void put(std::span<const std::uint8_t> content);
  void copy(const Letter& other);
};

struct WorkerPage {
  std::atomic<std::uint64_t> scenarios{0};
  std::atomic<std::uint64_t> tail_calls{0};
  std::atomic<std::uint64_t> out_of_range{0};
  std::atomic<std::uint64_t> at_limit{0};
  std::atomic<std::uint64_t> empty{0};
  std::atomic<std::uint64_t> out_of_fuel{0};
  std::atomic<std::uint64_t> encoding_checked{0};
  std::atomic<std::uint64_t> broken{0};
  std::atomic<std::uint64_t> started_scenarios{0};  // judged or not
  RowsOf<std::atomic<std::uint64_t>> histogram{};
  std::array<std::atomic<std::uint64_t>, most_engines> ran{};
  std::array<std::atomic<std::uint64_t>, most_engines> unavailable{};
  std::array<std::atomic<std::uint64_t>, most_engines> spared{};
  std::array<ReasonCounts, most_engines> reasons{};  // of unavailable
  OracleCounts oracles{};
  std::array<char, 160> corpus_trouble{};
  std::atomic<std::uint64_t> found_class{0};
  std::atomic<bool> found{false};  // the parent has not taken the letter `finding` yet
  Letter under_way;
  Letter finding;
};

/// Counts of findings by class (property and kind), so that workers keep those to themselves that the parent has
/// seen often enough. The parent writes, workers read.
class KnownClasses {
 public:
  void add(std::uint64_t found_class);
  bool often(std::uint64_t found_class) const;

 private:
  static constexpr std::uint32_t enough = 8;
  struct Row {
    std::atomic<std::uint64_t> found_class{0};
    std::atomic<std::uint32_t> times{0};
  };
  std::array<Row, 64> rows_{};
};

/// Which counters any worker has lit, by power of two.
class Lit {
 public:
  /// How many of the counters' values are new; they are not any more. The counters lie at an address of words.
  std::uint32_t add(std::span<const volatile std::uint8_t, features::counters> counters);

 private:
  bool light(std::size_t counter, std::uint8_t value);
  std::array<std::atomic<std::uint8_t>, features::counters> seen_{};
};

struct CommonPage {
  std::atomic<bool> stop{false};
  std::atomic<bool> started{false};
  std::atomic<std::uint64_t> features{0};
  std::atomic<std::uint64_t> kept{0};
  KnownClasses known;
  Lit lit;
};

/// The pages of a campaign; freed with the process.
class Shared {
 public:
  /// Error: what the system refused.
  static std::expected<Shared, std::string> map(std::uint32_t workers);
  CommonPage& common() const { return *common_; }
  WorkerPage& worker(std::uint32_t index) const { return *workers_[index]; }
  Totals totals() const;

 private:
  CommonPage* common_ = nullptr;
  std::vector<WorkerPage*> workers_;
};

/// Only the worker writes its page, so a relaxed load and store is an increment.
inline void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace tailbound::fuzz

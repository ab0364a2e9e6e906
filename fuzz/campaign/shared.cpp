#include "fuzz/campaign/shared.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

namespace tailbound::fuzz {

void Letter::put(std::span<const std::uint8_t> content) {
  const std::size_t fits = std::min(content.size(), bytes.size());
  std::memcpy(bytes.data(), content.data(), fits);
  size.store(fits, std::memory_order_relaxed);
}

void Letter::copy(const Letter& other) {
  number = other.number.load();
  put(std::span(other.bytes).first(other.size));
}

void KnownClasses::add(std::uint64_t found_class) {
  for (Row& row : rows_) {
    if (row.times != 0 && row.found_class != found_class) continue;
    row.found_class = found_class;
    ++row.times;
    return;
  }
}

bool KnownClasses::often(std::uint64_t found_class) const {
  for (const Row& row : rows_) {
    if (row.times == 0) return false;
    if (row.found_class == found_class) return row.times >= enough;
  }
  return true;  // more classes than anybody reads
}

std::uint32_t Lit::add(std::span<const volatile std::uint8_t, features::counters> counters) {
  // Nearly all counters are zero, so they are looked through by the word.
  using Word [[gnu::may_alias]] = std::uint64_t;
  static_assert(features::counters % sizeof(Word) == 0);
  const auto* const words = reinterpret_cast<const volatile Word*>(counters.data());
  std::uint32_t fresh = 0;
  for (std::size_t w = 0; w < counters.size() / sizeof(Word); ++w) {
    if (words[w] == 0) continue;
    for (std::size_t i = w * sizeof(Word); i < (w + 1) * sizeof(Word); ++i) fresh += light(i, counters[i]) ? 1 : 0;
  }
  return fresh;
}

bool Lit::light(std::size_t counter, std::uint8_t value) {
  if (value == 0) return false;
  const auto bit = static_cast<std::uint8_t>(1U << (std::bit_width(value) - 1U));
  if ((seen_[counter].load(std::memory_order_relaxed) & bit) != 0) return false;
  return (seen_[counter].fetch_or(bit) & bit) == 0;
}

std::expected<Shared, std::string> Shared::map(std::uint32_t workers) {
  static_assert(alignof(WorkerPage) <= alignof(std::max_align_t) && sizeof(CommonPage) % alignof(WorkerPage) == 0);
  const std::size_t size = sizeof(CommonPage) + workers * sizeof(WorkerPage);
  void* const memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return std::unexpected(fmt::format("shared memory: {}", std::strerror(errno)));
  Shared shared;
  shared.common_ = new (memory) CommonPage;
  auto* place = static_cast<std::uint8_t*>(memory) + sizeof(CommonPage);
  for (std::uint32_t i = 0; i < workers; ++i, place += sizeof(WorkerPage)) {
    shared.workers_.push_back(new (place) WorkerPage);
  }
  return shared;
}

Totals Shared::totals() const {
  Totals sum;
  sum.features = common_->features;
  sum.kept = common_->kept;
  for (const WorkerPage* page : workers_) {
    sum.scenarios += page->scenarios;
    sum.tail_calls += page->tail_calls;
    sum.out_of_range += page->out_of_range;
    sum.at_limit += page->at_limit;
    sum.empty += page->empty;
    sum.out_of_fuel += page->out_of_fuel;
    sum.encoding_checked += page->encoding_checked;
    sum.broken += page->broken;
    if (sum.corpus_trouble.empty()) sum.corpus_trouble = page->corpus_trouble.data();
    for (std::size_t t = 0; t < tables; ++t) {
      for (std::size_t row = 0; row < most_rows; ++row) sum.histogram[t][row] += page->histogram[t][row];
    }
    for (std::size_t o = 0; o < oracle_count; ++o) page->oracles[o].add_to(sum.oracles[o]);
    for (std::size_t e = 0; e < most_engines; ++e) {
      sum.ran[e] += page->ran[e];
      sum.spared[e] += page->spared[e];
      page->reasons[e].add_to(sum.reasons[e]);
      sum.unavailable[e] += page->unavailable[e];
    }
  }
  for (auto& reasons : sum.reasons) sort_reasons(reasons);
  return sum;
}

}  // namespace tailbound::fuzz

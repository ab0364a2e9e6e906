// The ledger as the bytecode keeps it, word for word (jit/bpf/lowered.hpp: LedgerLayout).
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::model {

class Ledger {
 public:
  void begin(std::vector<std::uint64_t>& words, const bpf::LedgerLayout& layout, std::uint64_t fuel) {
    words.assign(layout.words(), 0);
    words[bpf::LedgerLayout::fuel] = fuel;
    words_ = words.data();
    layout_ = layout;
  }

  /// False when no fuel is left: then nothing is recorded and the function returns 0.
  bool enter(std::uint32_t function_id) {
    using Layout = bpf::LedgerLayout;
    if (words_[Layout::fuel] == 0) return false;
    --words_[Layout::fuel];
    words_[Layout::hash] = bpf::trace_hash(words_[Layout::hash], function_id);
    record_in_ring(words_[Layout::total] % Layout::ring_entries, function_id);
    ++words_[Layout::total];
    ++words_[layout_.entry(function_id)];
    return true;
  }

  void attempt(std::uint32_t site) { ++words_[layout_.attempts(site)]; }
  void fall_through(std::uint32_t site) { ++words_[layout_.fall_throughs(site)]; }
  void read_back(std::uint64_t live) { words_[bpf::LedgerLayout::live] += live; }

  std::uint64_t total() const { return words_[bpf::LedgerLayout::total]; }
  std::uint64_t entries(std::uint32_t function_id) const { return words_[layout_.entry(function_id)]; }

 private:
  /// Two ids a word, the even one in the low half: 32-bit stores on a little-endian machine.
  void record_in_ring(std::uint64_t at, std::uint32_t function_id) {
    std::uint64_t& word = words_[bpf::LedgerLayout::ring + at / 2];
    const unsigned shift = at % 2 == 0 ? 0 : 32;
    word = (word & ~(std::uint64_t{UINT32_MAX} << shift)) | (std::uint64_t{function_id} << shift);
  }

  std::uint64_t* words_ = nullptr;
  bpf::LedgerLayout layout_;
};

}  // namespace tailbound::model

// Why engines could not take scenarios, counted by kind.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tailbound::fuzz {

struct Reason {
  std::string text;  // of the first scenario, with that one's figures
  std::uint64_t times = 0;
};

/// Those that differ in their figures alone are one kind.
bool same_kind(std::string_view a, std::string_view b);

/// Joins the kinds; the most frequent first.
void add_reason(std::vector<Reason>& reasons, std::string_view text, std::uint64_t times);
void sort_reasons(std::vector<Reason>& reasons);

/// A worker's, in memory that its parent reads at any moment. Plain words: no pointers.
class ReasonCounts {
 public:
  void add(std::string_view text);
  void add_to(std::vector<Reason>& reasons) const;

 private:
  struct Row {
    std::atomic<std::uint64_t> times{0};  // 0: free, and what is in `text` is not valid
    std::array<char, 160> text{};         // cut off and ended by a zero
  };
  /// The last takes what has no room.
  std::array<Row, 8> rows_{};
};

}  // namespace tailbound::fuzz

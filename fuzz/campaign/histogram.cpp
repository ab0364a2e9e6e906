#include "fuzz/campaign/histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tailbound::fuzz {

namespace {

constexpr std::array<std::string_view, 9> tail_call_rows = {"none",    "1",  "2 to 3",   "4 to 7",     "8 to 15",
                                                            "16 to 32", "33", "34 to 66", "67 or more"};
constexpr std::array<std::string_view, 6> outcome_rows = {"taken",        "at the limit", "empty slot",
                                                          "out of range", "out of fuel",  "none tried"};
constexpr std::array<std::string_view, 8> stack_rows = {"to 64",   "to 128",  "to 256",        "to 512",
                                                        "to 1024", "to 2048", "more than 2048", "not measured"};

/// Last number of each row but the last.
constexpr std::array<std::uint64_t, 8> tail_call_ends = {0, 1, 3, 7, 15, 32, 33, 66};
constexpr std::array<std::uint64_t, 6> stack_ends = {64, 128, 256, 512, 1024, 2048};

template <std::size_t N>
std::uint32_t row_bit(const std::array<std::uint64_t, N>& ends, std::uint64_t value) {
  return 1U << (std::ranges::lower_bound(ends, value) - ends.begin());
}

std::uint32_t outcome_bits(const Forecast& seen) {
  const std::array<bool, 5> some = {seen.tail_calls != 0, seen.at_limit != 0, seen.empty != 0,
                                    seen.out_of_range != 0, seen.out_of_fuel != 0};
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < some.size(); ++i) bits |= some[i] ? 1U << i : 0U;
  return (bits & 15U) == 0 ? bits | 1U << 5 : bits;
}

/// The deepest of all native runs.
std::uint32_t stack_bit(const Judge& judge) {
  std::uint64_t deepest = 0;
  for (std::size_t e = 0; e < judge.engines().size(); ++e) {
    for (const RunObservation& run : judge.observed(e).runs) deepest = std::max(deepest, run.stack_used);
  }
  return deepest == 0 ? 1U << 7 : row_bit(stack_ends, deepest);
}

constexpr std::size_t table_width = 35;
constexpr std::size_t gap = 2;

std::vector<std::string> draw_table(Table table, const std::array<std::uint64_t, most_rows>& counts,
                                    std::uint64_t scenarios) {
  std::vector<std::string> lines = {std::string(title(table))};
  for (std::size_t row = 0; row < rows(table).size(); ++row) {
    const double share = scenarios == 0 ? 0 : static_cast<double>(counts[row]) / static_cast<double>(scenarios);
    // Whatever happened at all has a mark.
    const auto bar = counts[row] == 0 ? 0 : std::max<std::size_t>(1, static_cast<std::size_t>(share * 10 + 0.5));
    const std::string part = counts[row] == 0 ? "-" : share < 0.001 ? "<0.1 %" : fmt::format("{:.1f} %", share * 100);
    lines.push_back(fmt::format("  {:>14} {:>7} {}", rows(table)[row], part, std::string(bar, '#')));
  }
  return lines;
}

void trim(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

}  // namespace

std::span<const std::string_view> rows(Table table) {
  switch (table) {
    case Table::tail_calls: return tail_call_rows;
    case Table::outcome: return outcome_rows;
    case Table::machine_stack: return stack_rows;
  }
  return {};
}

std::string_view title(Table table) {
  switch (table) {
    case Table::tail_calls: return "tail calls of a scenario";
    case Table::outcome: return "tail calls that were (any of)";
    case Table::machine_stack: return "machine stack used, bytes";
  }
  return {};
}

std::array<std::uint32_t, tables> rows_of(const Judge& judge, const Judgement& judgement) {
  return {row_bit(tail_call_ends, judgement.forecast.tail_calls), outcome_bits(judgement.forecast), stack_bit(judge)};
}

std::string draw(const Histogram& histogram, std::uint64_t scenarios, std::size_t columns) {
  if (scenarios == 0) return {};
  const std::size_t beside = std::clamp<std::size_t>((columns + gap) / (table_width + gap), 1, tables);
  std::string out;
  for (std::size_t first = 0; first < tables; first += beside) {
    std::vector<std::string> block;
    for (std::size_t t = first; t < std::min(first + beside, tables); ++t) {
      const std::size_t left = (t - first) * (table_width + gap);
      const auto lines = draw_table(static_cast<Table>(t), histogram[t], scenarios);
      if (block.size() < lines.size()) block.resize(lines.size());
      for (std::size_t i = 0; i < lines.size(); ++i) {
        block[i].resize(left, ' ');
        block[i] += lines[i];
      }
    }
    for (std::string& line : block) {
      trim(line);
      out += line + "\n";
    }
  }
  return out;
}

}  // namespace tailbound::fuzz

#include "fuzz/campaign/reasons.hpp"

#include <algorithm>

namespace tailbound::fuzz {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_digits(std::string_view text) {
  while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

bool same_kind(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const bool figure = is_digit(a.front()) && is_digit(b.front());
    if (!figure && a.front() != b.front()) return false;
    a = figure ? without_digits(a) : a.substr(1);
    b = figure ? without_digits(b) : b.substr(1);
  }
  return a.empty() && b.empty();
}

void add_reason(std::vector<Reason>& reasons, std::string_view text, std::uint64_t times) {
  const auto known =
      std::ranges::find_if(reasons, [&](const Reason& reason) { return same_kind(reason.text, text); });
  if (known != reasons.end()) known->times += times;
  else reasons.push_back({std::string(text), times});
}

void sort_reasons(std::vector<Reason>& reasons) {
  std::ranges::sort(reasons, [](const Reason& a, const Reason& b) {
    return a.times != b.times ? a.times > b.times : a.text < b.text;
  });
}

void ReasonCounts::add(std::string_view text) {
  for (Row& row : rows_) {
    const bool last = &row == &rows_.back();
    const std::uint64_t times = row.times.load(std::memory_order_relaxed);
    const std::string_view kept = last ? "other reasons" : text.substr(0, row.text.size() - 1);
    if (times == 0) {
      row.text.fill('\0');
      kept.copy(row.text.data(), row.text.size() - 1);
    } else if (!last && !same_kind(row.text.data(), kept)) {
      continue;
    }
    // The text is there before the row counts.
    row.times.store(times + 1, std::memory_order_release);
    return;
  }
}

void ReasonCounts::add_to(std::vector<Reason>& reasons) const {
  for (const Row& row : rows_) {
    const std::uint64_t times = row.times.load(std::memory_order_acquire);
    if (times != 0) add_reason(reasons, row.text.data(), times);
  }
}

}  // namespace tailbound::fuzz

// Agreement of two observations, the most telling difference first.
#include <fmt/format.h>

#include <algorithm>

#include "oracles/check/checks.hpp"

namespace tailbound::check {

namespace {

using bpf::LedgerLayout;

Verdict differ(Property property, std::size_t run, std::uint64_t want, std::uint64_t got, std::string_view what) {
  const bool ordered = property == Property::count || property == Property::attempts ||
                       property == Property::fall_throughs || property == Property::entries;
  return {Outcome::disagree, property, ordered ? (got > want ? "more" : "fewer") : "other",
          fmt::format("{}: expected {}, observed {}", what, want, got), run};
}

/// The first index in [first, first + count) where the words differ, or `count`.
std::uint32_t first_difference(const RunObservation& want, const RunObservation& got, std::uint32_t first,
                               std::uint32_t count) {
  const auto begin = want.ledger.begin() + first;
  const auto [at, _] = std::mismatch(begin, begin + count, got.ledger.begin() + first);
  return static_cast<std::uint32_t>(at - begin);
}

Verdict same_words(const RunObservation& want, const RunObservation& got, std::size_t run, Property property,
                   std::uint32_t first, std::uint32_t count, std::string_view what) {
  const std::uint32_t i = first_difference(want, got, first, count);
  if (i == count) return {};
  return differ(property, run, want.ledger[first + i], got.ledger[first + i], fmt::format("{} {}", what, i));
}

Verdict same_run(const LedgerLayout& layout, const RunObservation& want, const RunObservation& got, std::size_t run,
                 std::uint64_t return_mask, bool compare_live) {
  // One pass over everything first: agreement is the common case.
  const bool live_differs = want.ledger[LedgerLayout::live] != got.ledger[LedgerLayout::live];
  const bool same_return = ((want.return_value ^ got.return_value) & return_mask) == 0;
  if (want.ledger == got.ledger && same_return && want.cells == got.cells) return {};

  const std::uint64_t want_calls = want.tail_calls(layout);
  const std::uint64_t got_calls = got.tail_calls(layout);
  if (want_calls != got_calls) return differ(Property::count, run, want_calls, got_calls, "tail calls");
  const auto words = [&](Property property, std::uint32_t first, std::uint32_t count, std::string_view what) {
    return same_words(want, got, run, property, first, count, what);
  };
  if (auto v = words(Property::attempts, layout.attempts(0), layout.sites, "attempts at site"); v.broken()) return v;
  if (auto v = words(Property::fall_throughs, layout.fall_throughs(0), layout.sites, "fall-throughs at site");
      v.broken()) {
    return v;
  }
  if (auto v = words(Property::entries, layout.entry(0), layout.functions, "entries of function"); v.broken()) {
    return v;
  }
  if (auto v = words(Property::fuel, LedgerLayout::fuel, 1, "fuel left, word"); v.broken()) return v;
  if (auto v = words(Property::trace, LedgerLayout::hash, 2, "trace hash and length, word"); v.broken()) return v;
  if (auto v = words(Property::trace, LedgerLayout::ring, LedgerLayout::ring_entries / 2, "trace ring word");
      v.broken()) {
    return v;
  }
  if (!same_return) {
    return differ(Property::return_value, run, want.return_value & return_mask, got.return_value & return_mask,
                  "return value");
  }
  if (live_differs && compare_live) {
    return differ(Property::live, run, want.ledger[LedgerLayout::live], got.ledger[LedgerLayout::live],
                  "sum of values that had to live");
  }
  if (want.cells != got.cells) {
    const auto at = std::mismatch(want.cells.begin(), want.cells.end(), got.cells.begin(), got.cells.end());
    const auto i = static_cast<std::size_t>(at.first - want.cells.begin());
    const bool both = i < want.cells.size() && i < got.cells.size();
    return differ(Property::cells, run, both ? want.cells[i] : want.cells.size(),
                  both ? got.cells[i] : got.cells.size(), fmt::format("map cell {}", i));
  }
  return {};
}

}  // namespace

Verdict same_behaviour(const Observation& want, const Observation& got, bool compare_live) {
  if (want.runs.size() != got.runs.size()) {
    return differ(Property::trace, 0, want.runs.size(), got.runs.size(), "number of runs");
  }
  const std::uint64_t return_mask = want.return_mask & got.return_mask;
  for (std::size_t r = 0; r < want.runs.size(); ++r) {
    if (auto v = same_run(want.layout, want.runs[r], got.runs[r], r, return_mask, compare_live); v.broken()) return v;
  }
  return {};
}

}  // namespace tailbound::check

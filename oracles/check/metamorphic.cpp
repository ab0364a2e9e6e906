#include "oracles/check/metamorphic.hpp"

#include <fmt/format.h>

#include <numeric>

namespace tailbound::check {

namespace {

using bpf::LedgerLayout;

class Comparison {
 public:
  Comparison(const Variant& variant, const Observation& base, const Observation& got)
      : variant_(variant), base_(base), got_(got) {}

  /// What differs in run `r`, in words; empty: nothing.
  std::string run(std::size_t r) {
    const RunObservation& want = base_.runs[r];
    const RunObservation& seen = got_.runs[r];
    differs_.clear();
    number("status", static_cast<std::uint64_t>(want.status), static_cast<std::uint64_t>(seen.status));
    number("tail calls", want.tail_calls(base_.layout), taken(seen));
    sites(want, seen);
    functions(want, seen);
    number("fuel", want.ledger[LedgerLayout::fuel], seen.ledger[LedgerLayout::fuel]);
    trace(want, seen);
    number("return value", want.return_value, seen.return_value);
    if (want.cells != seen.cells && differs_.empty()) differs_ = "map cells";
    return differs_;
  }

 private:
  void number(std::string_view what, std::uint64_t want, std::uint64_t seen) {
    if (want != seen && differs_.empty()) differs_ = fmt::format("{}: {} became {}", what, want, seen);
  }

  void indexed(std::string_view what, std::uint32_t index, std::uint64_t want, std::uint64_t seen) {
    if (want != seen) number(fmt::format("{} {}", what, index), want, seen);
  }

  std::uint64_t taken(const RunObservation& seen) const { return seen.tail_calls(got_.layout); }

  void sites(const RunObservation& want, const RunObservation& seen) {
    for (std::uint32_t s = 0; s < base_.layout.sites; ++s) {
      const std::uint32_t now = variant_.site[s];
      indexed("attempts at site", s, want.ledger[base_.layout.attempts(s)],
              seen.ledger[got_.layout.attempts(now)]);
      indexed("fall-throughs at site", s, want.ledger[base_.layout.fall_throughs(s)],
              seen.ledger[got_.layout.fall_throughs(now)]);
    }
    if (variant_.refused) refused(*variant_.refused, seen);
  }

  void refused(const Variant::Refused& call, const RunObservation& seen) {
    const std::uint64_t tried = seen.ledger[got_.layout.attempts(call.site)];
    const std::uint64_t entries = seen.ledger[got_.layout.entry(call.function)];
    number("fall-throughs of the refused call, by attempts", tried,
           seen.ledger[got_.layout.fall_throughs(call.site)]);
    if (call.first || tried > entries) number("attempts of the refused call, by entries", entries, tried);
  }

  void functions(const RunObservation& want, const RunObservation& seen) {
    for (std::uint32_t f = 0; f < base_.layout.functions; ++f) {
      indexed("entries of function", f, want.ledger[base_.layout.entry(f)],
              seen.ledger[got_.layout.entry(variant_.function[f])]);
    }
    const std::uint64_t total = want.ledger[LedgerLayout::total];
    number("entries", total, seen.ledger[LedgerLayout::total]);
    // With all old ones as they were, an entry of a new one makes the sum larger.
    const auto first = seen.ledger.begin() + got_.layout.entry(0);
    number("entries of all functions", total,
           std::accumulate(first, first + got_.layout.functions, std::uint64_t{0}));
  }

  static std::uint32_t ring_id(const RunObservation& run, std::uint64_t at) {
    return static_cast<std::uint32_t>(run.ledger[LedgerLayout::ring + at / 2] >> (at % 2 * 32));
  }

  bool ids_are_as_they_were() const {
    for (std::uint32_t f = 0; f < variant_.function.size(); ++f) {
      if (variant_.function[f] != f) return false;
    }
    return true;
  }

  void trace(const RunObservation& want, const RunObservation& seen) {
    const std::uint64_t total = want.ledger[LedgerLayout::total];
    if (seen.ledger[LedgerLayout::total] != total) return;
    std::uint64_t hash = 0;
    for (std::uint64_t i = 0; i < LedgerLayout::ring_entries; ++i) {
      const std::uint32_t id = ring_id(want, i);
      const std::uint32_t now = i < total && id < variant_.function.size() ? variant_.function[id] : id;
      if (now != ring_id(seen, i)) number("an entry in the ring", now, ring_id(seen, i));
      if (i < total) hash = bpf::trace_hash(hash, now);
    }
    if (ids_are_as_they_were()) {
      number("trace hash", want.ledger[LedgerLayout::hash], seen.ledger[LedgerLayout::hash]);
      number("values that had to live", want.ledger[LedgerLayout::live], seen.ledger[LedgerLayout::live]);
    } else if (total <= LedgerLayout::ring_entries) {
      number("trace hash", hash, seen.ledger[LedgerLayout::hash]);
    }
  }

  const Variant& variant_;
  const Observation& base_;
  const Observation& got_;
  std::string differs_;
};

}  // namespace

Verdict same_but_for(const Variant& variant, const Observation& base, const Observation& got) {
  const auto broken = [&](std::size_t run, const std::string& what) {
    return Verdict{Outcome::disagree, Property::independence, std::string(variant.kind),
                   fmt::format("after a change that changes nothing ({}), {}", variant.kind, what), run};
  };
  if (base.runs.size() != got.runs.size())
    return broken(0, fmt::format("runs: {} became {}", base.runs.size(), got.runs.size()));
  Comparison compare(variant, base, got);
  for (std::size_t r = 0; r < base.runs.size(); ++r) {
    if (const std::string what = compare.run(r); !what.empty()) return broken(r, what);
  }
  return {};
}

}  // namespace tailbound::check

#include "reports/reproduce/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/names.hpp"
#include "jit/lower/stack_bound.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::reports {

namespace {

constexpr std::string_view sound_scheme = "pointer";

Observation walk(const bpf::Scenario& scenario, const bpf::Profile& profile) {
  model::Walker walker({.profile = &profile});
  return walker.walk(scenario);
}

bool same(const Observation& a, const Observation& b, const Measures& measures) {
  return std::ranges::equal(a.runs, b.runs, [&](const RunObservation& x, const RunObservation& y) {
    return measures.values(x, a.layout) == measures.values(y, b.layout);
  });
}

bool has_asm(const bpf::Function& function) {
  bool found = false;
  bpf::visit(
      function.body, [&](const bpf::Statement& s) { found |= std::holds_alternative<bpf::Asm>(s.node); },
      [](const bpf::Expr&) {});
  return found;
}

/// Something adds to the ledger's `live` word, and the model knows what.
bool knows_live_values(const bpf::Scenario& scenario) {
  bool adds = false;
  for (const bpf::Program& program : scenario.programs) {
    for (const bpf::Function& function : program.functions) {
      if (has_asm(function)) return false;
      adds |= function.stack != 0 || (function.keep & ~bpf::keep::r6) != 0;
    }
  }
  return adds;
}

}  // namespace

std::uint64_t hash_of_cells(const std::vector<std::uint64_t>& cells) {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : cells) hash = hash * static_cast<std::uint64_t>(bpf::trace_multiplier) + word;
  return hash;
}

Measures Measures::of(const bpf::Scenario& scenario) {
  return {.live = knows_live_values(scenario), .cells = !scenario.maps.empty()};
}

std::vector<std::string_view> Measures::names() const {
  std::vector<std::string_view> names = {"returns", "tail calls", "refused", "entries", "hash of the trace"};
  if (live) names.emplace_back("sum of live values");
  if (cells) names.emplace_back("hash of the cells");
  return names;
}

std::vector<std::uint64_t> Measures::values(const RunObservation& run, const bpf::LedgerLayout& layout) const {
  using bpf::LedgerLayout;
  std::vector<std::uint64_t> values = {run.return_value & UINT32_MAX, run.tail_calls(layout),
                                       run.fall_throughs(layout), run.ledger[LedgerLayout::total],
                                       run.ledger[LedgerLayout::hash]};
  if (live) values.push_back(run.ledger[LedgerLayout::live]);
  if (cells) values.push_back(hash_of_cells(run.cells));
  return values;
}

std::vector<Prediction> predictions(const bpf::Scenario& scenario, const FindingRecord& record) {
  const x86_64::Scheme* const scheme = x86_64::find_scheme(record.scheme);
  const bpf::Profile& first = scheme != nullptr ? *scheme->identity.profile : bpf::profile_linux();
  const Measures measures = Measures::of(scenario);
  std::vector<Prediction> all = {{&first, walk(scenario, first)}};
  for (const bpf::Profile& profile : bpf::profiles()) {
    if (&profile == &first) continue;
    Observation seen = walk(scenario, profile);
    const auto known = [&](const Prediction& p) { return same(p.seen, seen, measures); };
    if (std::ranges::none_of(all, known)) all.push_back({&profile, std::move(seen)});
  }
  return all;
}

std::uint64_t sound_stack_bound(const bpf::Scenario& scenario) {
  const x86_64::Scheme& scheme = *x86_64::find_scheme(sound_scheme);
  const jit::StackCosts costs{.frame = scheme.frame_bytes, .entry = scheme.entry_bytes};
  return jit::machine_stack_bound(bpf::lower(scenario), costs, bpf::max_tail_call_cnt).bytes;
}

std::optional<std::string> beyond_system_calls(const bpf::Scenario& scenario) {
  for (const bpf::Event& event : scenario.events) {
    if (const auto* at = std::get_if<bpf::AtEntry>(&event)) {
      return fmt::format(
          "the scenario changes a slot at entry {} of {}, during a run; system calls come between runs",
          at->count, bpf::name_of(scenario, at->function));
    }
    if (std::holds_alternative<bpf::Attach>(event) || std::holds_alternative<bpf::Detach>(event))
      return "the scenario attaches a program; reproducers for a kernel do not";
  }
  return std::nullopt;
}

}  // namespace tailbound::reports

#include "reports/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::reports {

namespace {

/// FNV-1a, 32 bits: tells shapes apart in a file name, no more.
class ShortHash {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
  }
  void add(std::uint64_t word) {
    for (int shift = 0; shift < 64; shift += 8) add_byte(static_cast<std::uint8_t>(word >> shift));
  }
  std::string text() const { return fmt::format("{:08x}", hash_); }

 private:
  void add_byte(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 16777619U; }
  std::uint32_t hash_ = 2166136261U;
};

std::string file_word(std::string_view words) {
  std::string word;
  for (const char c : words) word += c == ' ' ? '-' : c;
  return word;
}

/// Sorted, so that the order of functions decides nothing.
void add_entries(const RunObservation& run, const bpf::LedgerLayout& layout, ShortHash& hash) {
  std::vector<std::uint64_t> entries;
  for (std::uint32_t f = 0; f < layout.functions; ++f) entries.push_back(run.ledger[layout.entry(f)]);
  std::ranges::sort(entries);
  for (const std::uint64_t count : entries) hash.add(count);
}

void add_run(const RunObservation& want, const RunObservation& got, const bpf::LedgerLayout& layout,
             ShortHash& hash) {
  hash.add(name(got.status));
  hash.add(got.fault.kind);
  if (got.status != RunStatus::finished) return;
  hash.add(got.tail_calls(layout));
  hash.add(got.attempts(layout));
  hash.add(got.fall_throughs(layout));
  hash.add(got.ledger[bpf::LedgerLayout::fuel]);
  add_entries(got, layout, hash);
  const bool comparable = want.ledger.size() == got.ledger.size();
  hash.add(static_cast<std::uint32_t>(got.return_value) == static_cast<std::uint32_t>(want.return_value) ? 1
                                                                                                         : 0);
  hash.add(comparable && got.ledger[bpf::LedgerLayout::live] == want.ledger[bpf::LedgerLayout::live] ? 1 : 0);
  hash.add(got.cells == want.cells ? 1 : 0);
  hash.add(got.frame.stack_pointer ? 1 : 0);
  hash.add(got.frame.callee_saved ? 1 : 0);
  hash.add(got.frame.canaries ? 1 : 0);
}

}  // namespace

std::string verdict_word(const Verdict& verdict) {
  return fmt::format("{}-{}", name(verdict.property), file_word(verdict.kind));
}

std::string shape_word(const bpf::Scenario& scenario) {
  bpf::Scenario shape = bpf::canonical_form(scenario);
  for (bpf::Event& event : shape.events) {
    if (auto* run = std::get_if<bpf::Run>(&event)) run->expectations.clear();
  }
  ShortHash hash;
  hash.add(bpf::print_graph(shape));
  return hash.text();
}

std::string effect_word(const Observation& expected, const Observation& observed, std::size_t run) {
  ShortHash hash;
  if (run < expected.runs.size() && run < observed.runs.size()) {
    add_run(expected.runs[run], observed.runs[run], observed.layout, hash);
  }
  return hash.text();
}

std::string signature(const Verdict& verdict, const bpf::Scenario& scenario) {
  return fmt::format("{}-{}", verdict_word(verdict), shape_word(scenario));
}

std::string signature(const Verdict& verdict, const bpf::Scenario& scenario, const Observation& expected,
                      const Observation& observed) {
  return fmt::format("{}-{}", signature(verdict, scenario), effect_word(expected, observed, verdict.run));
}

bool has_shape(std::string_view signature, std::string_view verdict, const bpf::Scenario& scenario) {
  const std::string start = fmt::format("{}-{}", verdict, shape_word(scenario));
  return signature == start || signature.starts_with(start + "-");
}

}  // namespace tailbound::reports

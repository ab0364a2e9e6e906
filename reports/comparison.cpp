#include "reports/comparison.hpp"

#include <fmt/format.h>

#include "reports/names.hpp"

namespace tailbound::reports {

bool expected_a_run(Property property) {
  return property != Property::expectation && property != Property::encoding && property != Property::path &&
         property != Property::independence && property != Property::acceptance;
}

std::vector<ComparedRow> compared_rows(const Finding& finding) {
  const std::size_t r = finding.verdict.run;
  if (!expected_a_run(finding.verdict.property)) return {};
  if (r >= finding.expected.runs.size() || r >= finding.observed.runs.size()) return {};
  const bpf::LedgerLayout& layout = finding.observed.layout;
  const RunObservation& want = finding.expected.runs[r];
  const RunObservation& got = finding.observed.runs[r];
  std::vector<ComparedRow> rows;
  const auto numbers = [&](std::string what, std::uint64_t expected, std::uint64_t observed) {
    rows.push_back({std::move(what), fmt::format("{}", expected), fmt::format("{}", observed)});
  };
  rows.push_back({"ended", std::string(name(want.status)), std::string(name(got.status))});
  numbers("tail calls", want.tail_calls(layout), got.tail_calls(layout));
  numbers("refused", want.fall_throughs(layout), got.fall_throughs(layout));
  const std::vector<std::string> names = function_names(finding.scenario);
  for (std::uint32_t id = 0; id < layout.functions; ++id)
    numbers("entries of " + names[id], want.ledger[layout.entry(id)], got.ledger[layout.entry(id)]);
  numbers("return value", want.return_value, got.return_value);
  numbers("fuel left", want.ledger[bpf::LedgerLayout::fuel], got.ledger[bpf::LedgerLayout::fuel]);
  return rows;
}

}  // namespace tailbound::reports

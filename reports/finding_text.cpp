// A finding for a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/graph.hpp"
#include "reports/finding.hpp"
#include "reports/names.hpp"

namespace tailbound::reports {

namespace {

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += fmt::format("  {}", line);
    out += '\n';
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

std::string row(std::string_view what, std::string_view expected, std::string_view observed) {
  const std::string_view mark = expected == observed ? "" : "  <";
  return fmt::format("  {:<28}{:>14}{:>14}{}\n", what, expected, observed, mark);
}

std::string counts(const Finding& finding) {
  const std::size_t r = finding.verdict.run;
  if (r >= finding.expected.runs.size() || r >= finding.observed.runs.size()) return {};
  const bpf::LedgerLayout& layout = finding.observed.layout;
  const RunObservation& want = finding.expected.runs[r];
  const RunObservation& got = finding.observed.runs[r];
  const auto number = [](std::uint64_t n) { return fmt::format("{}", n); };
  std::string out = fmt::format("run {}\n", r + 1);
  out += fmt::format("  {:<28}{:>14}{:>14}\n", "", "expected", "observed");
  out += row("ended", name(want.status), name(got.status));
  out += row("tail calls", number(want.tail_calls(layout)), number(got.tail_calls(layout)));
  out += row("refused", number(want.fall_throughs(layout)), number(got.fall_throughs(layout)));
  const std::vector<std::string> names = function_names(finding.scenario);
  for (std::uint32_t id = 0; id < layout.functions; ++id) {
    out += row("entries of " + names[id], number(want.ledger[layout.entry(id)]),
               number(got.ledger[layout.entry(id)]));
  }
  out += row("return value", number(want.return_value), number(got.return_value));
  out += row("fuel left", number(want.ledger[bpf::LedgerLayout::fuel]),
             number(got.ledger[bpf::LedgerLayout::fuel]));
  return out;
}

std::string traces(const Finding& finding) {
  if (!finding.parting) return {};
  const Parting& parting = *finding.parting;
  const std::vector<std::string> names = function_names(finding.scenario);
  const auto at = [&](const std::vector<std::uint32_t>& ids, std::size_t i) {
    return i < ids.size() ? std::string_view(names[ids[i]]) : std::string_view("(ended)");
  };
  std::string out = fmt::format("the traces part at entry {} (entries count from 1)\n", parting.entry + 1);
  out += fmt::format("  {:>8}  {:<20}{:<20}\n", "entry", "expected", "observed");
  const std::size_t rows = std::max(parting.expected.size(), parting.observed.size());
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t number = parting.window_first + i;
    out += fmt::format("{} {:>8}  {:<20}{}\n", number == parting.entry ? '>' : ' ', number + 1,
                       at(parting.expected, i), at(parting.observed, i));
    // What an ended trace lacks afterwards needs no more lines.
    if (i >= parting.expected.size() && number > parting.entry + 1) break;
  }
  return out;
}

/// What was expected is a run, so that counts and traces can stand side by side. An expectation is the file's;
/// code, paths and variants of the scenario are no runs of it. Model and engine may well agree there.
bool expected_a_run(Property property) {
  return property != Property::expectation && property != Property::encoding && property != Property::path &&
         property != Property::independence;
}

}  // namespace

std::string text(const Finding& finding, const std::string& file) {
  std::string out = fmt::format("finding  {}\nengine   {}\nstage    {}\n", signature(finding), finding.engine.text(),
                                name(finding.stage));
  for (const std::string& guilty : finding.blame) out += fmt::format("guilty   {}\n", guilty);
  out += fmt::format("\n  {}\n", finding.verdict.detail);
  if (!finding.sides.empty()) out += fmt::format("  {}\n", finding.sides);
  out += "\n";
  const std::size_t statements = count_statements(finding.scenario);
  out += finding.statements_before > statements ? fmt::format("scenario (reduced from {} statements to {})\n\n",
                                                              finding.statements_before, statements)
                                                : std::string("scenario\n\n");
  out += indented(bpf::print_graph(finding.scenario)) + "\n";
  if (expected_a_run(finding.verdict.property)) {
    for (const std::string& part : {counts(finding), traces(finding), stack_picture(finding)}) {
      if (!part.empty()) out += part + "\n";
    }
  }
  return out + fmt::format("replay   ./tailbound {}\n", replay_arguments(finding, file));
}

}  // namespace tailbound::reports

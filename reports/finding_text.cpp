// A finding for a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/graph.hpp"
#include "reports/comparison.hpp"
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
  const std::vector<ComparedRow> rows = compared_rows(finding);
  if (rows.empty()) return {};
  std::string out = fmt::format("run {}\n", finding.verdict.run + 1);
  out += fmt::format("  {:<28}{:>14}{:>14}\n", "", "expected", "observed");
  for (const ComparedRow& each : rows) out += row(each.what, each.expected, each.observed);
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

}  // namespace

std::string text(const Finding& finding, const std::string& file) {
  std::string out = fmt::format("finding  {}\nengine   {}\nstage    {}\n", signature(finding), finding.engine.text(),
                                name(finding.stage));
  for (const std::string& guilty : finding.blame) out += fmt::format("guilty   {}\n", guilty);
  out += fmt::format("\n  {}\n", finding.verdict.detail);
  if (!finding.sides.empty()) out += fmt::format("  {}\n", finding.sides);
  out += "\n";
  if (!finding.observed.log.empty())
    out += fmt::format("what the kernel said\n\n{}\n", indented(finding.observed.log + "\n"));
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

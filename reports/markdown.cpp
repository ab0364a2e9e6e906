// Findings for a mail: plain text that reads as it is, and renders where Markdown does.
#include <fmt/format.h>

#include "jit/bpf/graph.hpp"
#include "reports/comparison.hpp"
#include "reports/html/explanation.hpp"
#include "reports/html/finding_page.hpp"
#include "reports/report.hpp"

namespace tailbound::reports {

namespace {

constexpr std::size_t widest = 76;

std::string wrapped(std::string_view words) {
  std::string out;
  std::size_t column = 0;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (column != 0) {
      const bool breaks = column + 1 + end > widest;
      out += breaks ? '\n' : ' ';
      column = breaks ? 0 : column + 1;
    }
    out += words.substr(0, end);
    column += end;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out + "\n";
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += end == 0 ? "\n" : fmt::format("    {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string finding_markdown(const Finding& finding, const std::string& file) {
  std::string out = fmt::format("# {}\n\n", verdict_sentence(finding));
  if (const auto story = story_of(finding)) out += wrapped(html::explanation_text(finding, *story)) + "\n";
  for (const std::string& sentence : finding.blame) out += "Blame: " + sentence + "\n\n";
  std::string numbers = fmt::format("{:<28}{:>14}{:>14}\n", "", "expected", "observed");
  const std::vector<ComparedRow> rows = compared_rows(finding);
  for (const ComparedRow& row : rows)
    numbers += fmt::format("{:<28}{:>14}{:>14}{}\n", row.what, row.expected, row.observed,
                           row.expected == row.observed ? "" : "  <");
  if (!rows.empty()) out += indented(numbers) + "\n";
  out += "Run it again:\n\n" + indented("./tailbound " + replay_arguments(finding, file));
  out +=
      indented(fmt::format("./tailbound reproduce {} --as c --out reproducer.c", file)) + "\nThe scenario:\n\n";
  return out + indented(bpf::print_graph(finding.scenario)) +
         fmt::format("\nSignature: {}\n", signature(finding));
}

std::string report_markdown(const Report& report) {
  std::string out = "# tailbound: findings\n\n";
  for (const auto& [term, value] : report.facts) out += fmt::format("- {}: {}\n", term, value);
  if (!report.facts.empty()) out += "\n";
  if (report.findings.empty()) out += "None.\n";
  for (const ReportedFinding& finding : report.findings) {
    out += fmt::format("- {} ({})\n", finding.sentence, name(finding.state));
    if (!finding.replay.empty()) out += fmt::format("  `{}`\n", finding.replay);
  }
  return out;
}

}  // namespace tailbound::reports

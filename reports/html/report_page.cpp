// All findings of a run on one page.
#include <fmt/format.h>

#include <algorithm>

#include "reports/html/markup.hpp"
#include "reports/report.hpp"

namespace tailbound::reports {

namespace {

using namespace html;

std::string_view words_of(FindingState state) {
  switch (state) {
    case FindingState::same: return "found again";
    case FindingState::other: return "another verdict than recorded";
    case FindingState::agrees: return "agrees now";
    case FindingState::unable: return "could not be judged again";
    case FindingState::bad_file: return "no finding that can be read";
  }
  return "?";
}

std::string item(const ReportedFinding& finding) {
  const bool fine = finding.state == FindingState::agrees;
  const std::string sentence = escaped(finding.sentence);
  std::string out =
      finding.page.empty() ? sentence : fmt::format("<a href=\"{}\">{}</a>", escaped(finding.page), sentence);
  out = element("div", "verdict", out);
  std::string meta =
      fmt::format("<span class=\"{}\">{}</span>", fine ? "good" : "bad", words_of(finding.state));
  for (const std::string* part : {&finding.signature, &finding.file}) {
    if (!part->empty()) meta += " · " + escaped(*part);
  }
  out += "\n" + element("div", "meta", meta);
  if (!finding.replay.empty())
    out += "\n" + element("div", "meta", element("code", "", escaped(finding.replay)));
  return element("li", "", out) + "\n";
}

/// Nothing: "-"; what happened at all is more than 0.
std::string share_of(std::uint64_t count, std::uint64_t scenarios) {
  if (count == 0) return "-";
  const double percent = 100 * static_cast<double>(count) / static_cast<double>(scenarios);
  return percent < 0.1 ? "&lt; 0.1 %" : fmt::format("{:.1f} %", percent);
}

/// A bar is as long as its row's share of all scenarios.
std::string outcome_table(const OutcomeTable& table, std::uint64_t scenarios) {
  std::string rows;
  for (const auto& [name, count] : table.rows) {
    const double percent = 100 * static_cast<double>(count) / static_cast<double>(scenarios);
    rows += fmt::format(
        "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"bar\">"
        "<span style=\"width:{:.1f}%\"></span></td></tr>\n",
        escaped(name), count, share_of(count, scenarios), count == 0 ? 0 : std::clamp(percent, 0.8, 100.0));
  }
  return fmt::format(
      "<table class=\"outcome\">\n<thead><tr><th>{}</th><th class=\"number\">scenarios</th><th "
      "class=\"number\">share"
      "</th><th></th></tr></thead>\n<tbody>\n{}</tbody></table>\n",
      escaped(table.title), rows);
}

std::string outcomes(const Report& report) {
  if (report.scenarios == 0 || report.outcomes.empty()) return "";
  std::string tables;
  for (const OutcomeTable& table : report.outcomes) tables += outcome_table(table, report.scenarios);
  return section("outcomes", "What the scenarios did", "<div class=\"outcomes\">\n" + tables + "</div>");
}

}  // namespace

std::string report_html(const Report& report) {
  const auto broken = std::ranges::count_if(report.findings, [](const ReportedFinding& f) {
    return f.state == FindingState::same || f.state == FindingState::other;
  });
  const std::string title = broken == 0   ? "Nothing is broken"
                            : broken == 1 ? "1 finding"
                                          : fmt::format("{} findings", broken);
  std::string body =
      fmt::format("<p class=\"kicker{}\">tailbound</p>\n<h1>{}</h1>\n", broken == 0 ? " ok" : "", title);
  if (!report.facts.empty()) {
    body += "<dl class=\"facts\">\n";
    for (const auto& [term, value] : report.facts)
      body += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(term), escaped(value));
    body += "</dl>\n";
  }
  std::string list;
  for (const ReportedFinding& finding : report.findings) list += item(finding);
  if (list.empty()) body += section("findings", "Findings", text("p", "", "None."));
  else body += section("findings", "Findings", "<ul class=\"findings\">\n" + list + "</ul>");
  body += outcomes(report);
  body += text("footer", "",
               "Written by tailbound. report.json, report.sarif and report.md beside this page say the same.") +
          "\n";
  return page("tailbound: " + title, body);
}

}  // namespace tailbound::reports

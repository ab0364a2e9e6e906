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
  body += text("footer", "",
               "Written by tailbound. report.json, report.sarif and report.md beside this page say the same.") +
          "\n";
  return page("tailbound: " + title, body);
}

}  // namespace tailbound::reports

// Reports of many findings: what programs read of them is as the schemas and SARIF say.
#include "reports/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/files.hpp"
#include "reports/html/finding_page.hpp"
#include "reports/json/json.hpp"
#include "tests/reports/json_schema.hpp"
#include "tests/reports/sample_finding.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using nlohmann::json;

json schema(const char* name) {
  const auto text = reports::read_file(source_dir() / "docs/schema" / name, std::size_t{1} << 20);
  EXPECT_TRUE(text.has_value()) << text.error();
  return json::parse(*text);
}

reports::Report sample_report() {
  reports::Report report;
  report.facts = {{"scenarios", "12"}};
  report.scenarios = 2000;
  report.outcomes = {{"tail calls of a scenario", {{"none", 1500}, {"33", 499}, {"67 or more", 1}}}};
  report.findings.push_back(
      reports::reported(sample_finding(two_calls), "found/a b.graph", reports::FindingState::same));
  report.findings.back().page = "a b.html";
  reports::ReportedFinding fixed = report.findings.back();
  fixed.state = reports::FindingState::agrees;
  fixed.page.clear();
  report.findings.push_back(fixed);
  return report;
}

TEST(FindingJson, IsAsItsSchemaSays) {
  const json finding = json::parse(reports::finding_json(sample_finding(two_calls), "f.graph"));
  EXPECT_EQ(against_schema(finding, schema("finding.schema.json")), "");
}

TEST(FindingJson, WithoutAFieldIsRefusedByTheSchema) {
  json finding = json::parse(reports::finding_json(sample_finding(two_calls), "f.graph"));
  finding.erase("replay");
  EXPECT_EQ(against_schema(finding, schema("finding.schema.json")), ": has no replay");
  finding["replay"] = 5;
  EXPECT_EQ(against_schema(finding, schema("finding.schema.json")), ".replay: is no string");
}

TEST(ReportJson, IsAsItsSchemaSays) {
  const json report = json::parse(reports::report_json(sample_report()));
  EXPECT_EQ(against_schema(report, schema("report.schema.json")), "");
  EXPECT_EQ(report.at("findings").size(), 2U);
}

/// What SARIF 2.1.0 asks of a run, and what its readers use.
TEST(ReportSarif, HasARuleForEachResultAndNoneThatIsFixed) {
  const json sarif = json::parse(reports::report_sarif(sample_report()));
  EXPECT_EQ(sarif.at("version"), "2.1.0");
  const json& run = sarif.at("runs").at(0);
  EXPECT_EQ(run.at("tool").at("driver").at("name"), "tailbound");
  ASSERT_EQ(run.at("results").size(), 1U);
  const json& result = run.at("results").at(0);
  EXPECT_EQ(result.at("ruleId"), "bound");
  EXPECT_EQ(run.at("tool").at("driver").at("rules").at(0).at("id"), "bound");
  EXPECT_NE(result.at("message").at("text").get<std::string>().find("at most 33"), std::string::npos);
  EXPECT_EQ(result.at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri"),
            "found/a%20b.graph");
}

TEST(ReportPage, NamesEveryFindingAndItsPage) {
  const std::string page = reports::report_html(sample_report());
  for (const char* part : {"<h1>1 finding</h1>", "href=\"a b.html\"", "agrees now", "found again", "12"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(ReportPage, ShowsWhatTheScenariosDid) {
  const std::string page = reports::report_html(sample_report());
  for (const char* part : {"tail calls of a scenario", "<td class=\"number\">1500</td><td class=\"number\">75.0 %</td>",
                           "width:75.0%", "&lt; 0.1 %"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  EXPECT_EQ(reports::report_html({}).find("What the scenarios did"), std::string::npos) << "no run, no table";
}

/// A guest runs its kernel's JIT: the scheme that decides the profile says nothing of it.
TEST(Verdict, OfAKernelNamesNoScheme) {
  reports::Finding finding = sample_finding(two_calls);
  finding.engine.name = "vm:debian-6.1-amd64";
  finding.engine.scheme = "6.1.192";
  finding.scheme = "pointer";
  const std::string sentence = reports::verdict_sentence(finding);
  EXPECT_TRUE(sentence.starts_with("vm:debian-6.1-amd64 (6.1.192): 1375 tail calls")) << sentence;
}

TEST(Markdown, FitsAMail) {
  const std::string mail = reports::finding_markdown(sample_finding(two_calls), "f.graph");
  for (const char* part :
       {"# x86_64 under scheme by-value: 1375 tail calls", "The return restores the old count.",
        "./tailbound replay f.graph", "tail calls                              33          1375  <"})
    EXPECT_NE(mail.find(part), std::string::npos) << part << "\n" << mail;
}

}  // namespace

}  // namespace tailbound::test

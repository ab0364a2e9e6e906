// Many findings as one report: a page of all, a mail's summary, JSON and SARIF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/finding.hpp"

namespace tailbound::reports {

/// What became of a finding's file when it was judged again for the report.
enum class FindingState : std::uint8_t {
  same,    // the recorded verdict again
  other,   // another one
  agrees,  // none: what was found is gone
  unable,  // it could not be run
  bad_file,
};
/// As JSON and SARIF name it: "same", "other", "agrees", "could-not-run", "bad-file".
std::string_view name(FindingState state);

struct ReportedFinding {
  FindingState state = FindingState::bad_file;
  std::string file;      // as it was given
  std::string page;      // its page in the report's folder; empty: none
  std::string sentence;  // verdict and who gave it, or why there is none
  std::string signature, property, kind, detail, engine, scheme, replay;
};

/// How many scenarios of the run fell into each row.
struct OutcomeTable {
  std::string title;
  std::vector<std::pair<std::string, std::uint64_t>> rows;
};

struct Report {
  std::vector<ReportedFinding> findings;
  std::uint64_t scenarios = 0;          // what shares of the tables are of
  std::vector<OutcomeTable> outcomes;  // empty: no run is reported, or nothing was counted
  std::vector<std::pair<std::string, std::string>> facts;  // of the run that found them: term and value
};

std::string report_html(const Report& report);
std::string report_markdown(const Report& report);
/// docs/schema/report.schema.json
std::string report_json(const Report& report);
/// SARIF 2.1.0 (OASIS): a rule a property, a result a finding; those that agree now are no results.
std::string report_sarif(const Report& report);

/// One finding for a mail: what is wrong, why, numbers, how to run it again, the scenario.
std::string finding_markdown(const Finding& finding, const std::string& file);

/// The report's line of a finding that was judged again. `page` is left to the caller.
ReportedFinding reported(const Finding& finding, const std::string& file, FindingState state);

}  // namespace tailbound::reports

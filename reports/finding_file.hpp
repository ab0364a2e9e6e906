// A finding as a file: comment lines with fixed keys, then the scenario. The file alone is enough to judge it
// again.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/check/oracle_set.hpp"
#include "oracles/verdict.hpp"
#include "reports/finding.hpp"

namespace tailbound::reports {

/// What the comment lines say.
struct FindingRecord {
  std::string verdict;  // verdict_word of the verdict: what a replay must give again
  std::string signature;
  std::string detail;
  std::string engine;                // that broke the property; empty: unknown, the process died
  std::vector<std::string> engines;  // that judged, in their order
  std::string scheme;
  OracleSet oracles = OracleSet::all();  // that judged, the sampled ones as well
  std::string found_by;                  // a command, for people; may be empty
  Stage stage = Stage::fresh;
  std::vector<std::string> blame = {};  // Finding::blame
  int version = 2;                      // of the file's form; signatures of version 1 had no effect and other shapes
};

struct FindingFile {
  FindingRecord record;
  bpf::Scenario scenario;

  /// The signature is not of this verdict and scenario: edited since it was written, or cut off.
  bool edited() const;
};

FindingRecord record_of(const Finding& finding);

/// The file's text. Line breaks in values become blanks.
std::string print_finding_file(const FindingRecord& record, const bpf::Scenario& scenario);

/// Error: "LINE:COLUMN: what is wrong, what was expected". Names of engines and schemes are not looked up
/// here.
std::expected<FindingFile, std::string> parse_finding_file(std::string_view text);

}  // namespace tailbound::reports

// Writes the report of findings' files into a folder: `tailbound report`, and `fuzz --report`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fuzz/cli/cli.hpp"
#include "reports/report.hpp"

namespace tailbound::fuzz::cli {

struct ReportRequest {
  std::vector<std::string> files;
  std::string folder;
  std::vector<std::pair<std::string, std::string>> facts;  // of the run that found them
  std::uint64_t scenarios = 0;                             // of that run
  std::vector<reports::OutcomeTable> outcomes = {};        // what they did
  bool quiet = false;                                      // nothing on standard output
};

/// Judges every file again, each in a process of its own, and writes its pages; then the pages of all.
/// Complains in a line of each that cannot be read, judged or written, and goes on.
struct ReportEnd {
  Exit exit = Exit::holds;  // holds: all is written
  reports::Report report;
};
ReportEnd write_report(const ReportRequest& request);

}  // namespace tailbound::fuzz::cli

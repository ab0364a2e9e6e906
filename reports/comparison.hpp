// Expected and observed run in numbers: what texts, pages and mails show side by side.
#pragma once

#include <string>
#include <vector>

#include "reports/finding.hpp"

namespace tailbound::reports {

struct ComparedRow {
  std::string what, expected, observed;
};

/// Of the run that broke the property; none where the verdict is not about a run of its own, or nothing was
/// seen.
std::vector<ComparedRow> compared_rows(const Finding& finding);

/// What was expected is a run, so that counts and traces can stand side by side. An expectation is the file's;
/// code, paths and variants of the scenario are no runs of it. Model and engine may well agree there.
bool expected_a_run(Property property);

}  // namespace tailbound::reports

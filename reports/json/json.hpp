// Machine-readable output: the objects that `--json` prints. The schema of each is in docs/json.md.
#pragma once

#include <string>

#include "reports/finding.hpp"

namespace tailbound::reports {

/// A finding as one JSON object: signature, property, kind, detail, engine, scheme, run, file, expected, observed,
/// parting entry, replay, scenario.
std::string finding_json(const Finding& finding, const std::string& file);

}  // namespace tailbound::reports

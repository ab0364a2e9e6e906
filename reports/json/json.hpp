// Machine-readable output: the objects that `--json` prints. The schema of each is in docs/json.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "reports/finding.hpp"
#include "reports/picture/picture.hpp"

namespace tailbound::reports {

/// One line; bytes that are no UTF-8 (a file name may be anything) are replaced.
std::string dump(const nlohmann::ordered_json& object);

/// A finding as one JSON object: signature, property, kind, detail, engine, scheme, run, file, expected,
/// observed, parting entry, replay, scenario.
std::string finding_json(const Finding& finding, const std::string& file);

/// The graph that `tailbound show` draws; functions are named by their place in `functions`.
std::string picture_json(const Picture& picture, const std::string& file);

}  // namespace tailbound::reports

// The list of known findings in a search: read before it, and those of its scheme judged again behind it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/replay.hpp"
#include "reports/known.hpp"

namespace tailbound::fuzz::cli {

/// Without a folder given: the project's list where the working directory has it, else none. Complains in one
/// line.
std::optional<reports::KnownFindings> read_known(const std::optional<std::string>& folder);

struct KnownRow {
  const reports::KnownFinding* known = nullptr;
  ReplayEnd end;
  reports::Stage stage = reports::Stage::known;  // after it
};

/// Those of the scheme that need no other engines than the chosen ones.
std::vector<KnownRow> judge_known(const reports::KnownFindings& known, const EngineChoice& choice);

/// A line for each that is not as the list says, and one that counts the others; empty without rows.
std::string known_lines(const std::vector<KnownRow>& rows);
nlohmann::ordered_json known_rows(const std::vector<KnownRow>& rows);

bool any_regression(const std::vector<KnownRow>& rows);

}  // namespace tailbound::fuzz::cli

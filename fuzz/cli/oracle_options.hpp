// The options --only and --without, and what each oracle did.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "oracles/check/oracle_set.hpp"

namespace tailbound::fuzz::cli {

struct OracleOptions {
  std::optional<std::string> only;
  std::string without;

  void add(CLI::App& command);
  /// Complains where a name is unknown or nothing is left.
  bool read(OracleSet& set) const;
};

/// One line an oracle that is on: how often it judged, how often it could not and why; then those that are
/// off. `sample`: the sampled ones judged one scenario in so many; 0: none.
std::string oracle_lines(const OracleCounts& counts, OracleSet set, std::uint32_t sample);

/// One object an oracle: name, when, on, judged, could_not (object: reason and number).
nlohmann::ordered_json oracle_rows(const OracleCounts& counts, OracleSet set);

bool any_judged(const OracleCounts& counts);

}  // namespace tailbound::fuzz::cli

// What searches found out about each scheme, as it is kept in corpus/regressions/schemes.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "jit/lower/scheme_view.hpp"

namespace tailbound::reports {

inline constexpr std::string_view evidence_folder = "corpus/regressions/schemes";

/// A file <key>.graph as `tailbound fuzz` wrote it.
struct Counterexample {
  std::string file;  // from the project's root
  std::string signature;
  std::string detail;    // what was wrong
  std::string found_by;  // the command, and the number of the scenario
  std::string graph;     // without the two lines above
};

/// A line of searched.tsv: a search by the seed driver that ended without a finding.
struct Search {
  std::uint64_t seed = 0;
  std::uint64_t scenarios = 0;
};

/// By evidence_key.
struct Evidence {
  std::map<std::string, Counterexample, std::less<>> counterexamples;
  std::map<std::string, Search, std::less<>> searches;
};

/// Of files and lines of evidence: a scheme's name, with its arch before it where that is not x86-64.
std::string evidence_key(const jit::SchemeView& scheme);

/// Error: "PATH: what is wrong, what was expected".
std::expected<Evidence, std::string> load_evidence(const std::filesystem::path& folder);

}  // namespace tailbound::reports

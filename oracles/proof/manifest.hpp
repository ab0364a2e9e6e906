// The files of an exported folder, with their hashes.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tailbound::proof {

inline constexpr std::string_view manifest_name = "MANIFEST";

/// A query (`sat` or `unsat`), or a part of a certificate (`clauses` or `log`).
struct Exported {
  std::string name, kind, content;
};

std::string print_manifest(const std::vector<Exported>& files);

/// Everything that the folder's manifest lists, by name. Error, one line: a file that is missing, edited or
/// not listed, a query whose own :status is another, a bit-vector query that is unsat and has no certificate.
std::expected<std::map<std::string, Exported>, std::string> read_export(const std::filesystem::path& folder);

}  // namespace tailbound::proof

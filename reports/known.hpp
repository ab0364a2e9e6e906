// The list of known findings: a folder of findings' files. Each holds for the scheme that it names.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "reports/finding_file.hpp"

namespace tailbound::reports {

inline constexpr std::string_view known_folder = "corpus/known";

struct KnownFinding {
  std::string file;
  FindingFile finding;  // its stage is known or fixed
};

class KnownFindings {
 public:
  /// Error: "PATH: what is wrong, what was expected". Other files than .graph are not looked at.
  static std::expected<KnownFindings, std::string> load(const std::filesystem::path& folder);

  const std::vector<KnownFinding>& all() const { return all_; }
  /// nullptr when there is none of that signature and scheme.
  const KnownFinding* find(std::string_view signature, std::string_view scheme) const;
  /// Schemes under which the signature is known, separated by commas.
  std::string schemes_of(std::string_view signature) const;

 private:
  std::vector<KnownFinding> all_;
};

/// Of one that happened: known, regression where the list says that it is fixed, else `otherwise`.
Stage stage_of(const KnownFindings& known, std::string_view signature, std::string_view scheme,
               Stage otherwise);

}  // namespace tailbound::reports

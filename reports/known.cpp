#include "reports/known.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/files.hpp"

namespace tailbound::reports {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{1} << 20;

std::expected<KnownFinding, std::string> load_one(const fs::path& path) {
  const auto text = read_file(path, largest_file);
  if (!text) return std::unexpected(text.error());
  auto finding = parse_finding_file(*text);
  if (!finding) return std::unexpected(fmt::format("{}:{}", path.string(), finding.error()));
  const Stage stage = finding->record.stage;
  if (stage != Stage::known && stage != Stage::fixed) {
    return std::unexpected(
        fmt::format("{}:1:1: a finding of stage '{}'; expected known or fixed", path.string(), name(stage)));
  }
  if (finding->edited()) {
    return std::unexpected(
        fmt::format("{}:1:1: edited: its signature is not that of its scenario", path.string()));
  }
  return KnownFinding{path.string(), std::move(*finding)};
}

}  // namespace

std::expected<KnownFindings, std::string> KnownFindings::load(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".graph") files.push_back(it->path());
  }
  if (error) return std::unexpected(fmt::format("{}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  KnownFindings known;
  for (const fs::path& file : files) {
    auto one = load_one(file);
    if (!one) return std::unexpected(one.error());
    known.all_.push_back(std::move(*one));
  }
  return known;
}

const KnownFinding* KnownFindings::find(std::string_view signature, std::string_view scheme) const {
  for (const KnownFinding& known : all_) {
    const FindingRecord& record = known.finding.record;
    if (record.signature == signature && record.scheme == scheme) return &known;
  }
  return nullptr;
}

std::string KnownFindings::schemes_of(std::string_view signature) const {
  std::string schemes;
  for (const KnownFinding& known : all_) {
    const FindingRecord& record = known.finding.record;
    if (record.signature != signature || record.stage != Stage::known) continue;
    schemes += fmt::format("{}{}", schemes.empty() ? "" : ", ", record.scheme);
  }
  return schemes;
}

Stage stage_of(const KnownFindings& known, std::string_view signature, std::string_view scheme,
               Stage otherwise) {
  const KnownFinding* const one = known.find(signature, scheme);
  if (one == nullptr) return otherwise;
  return one->finding.record.stage == Stage::fixed ? Stage::regression : Stage::known;
}

}  // namespace tailbound::reports

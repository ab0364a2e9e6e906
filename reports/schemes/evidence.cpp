#include "reports/schemes/evidence.hpp"

#include <fmt/format.h>

#include <sstream>
#include <system_error>

#include "jit/schemes.hpp"
#include "reports/files.hpp"

namespace tailbound::reports {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{1} << 20;
constexpr std::string_view found_by_mark = "# found by: ";

using Error = std::unexpected<std::string>;

/// Two comment lines ("# SIGNATURE: DETAIL", "# found by: COMMAND"), then the scenario.
std::expected<Counterexample, std::string> read_counterexample(const fs::path& path) {
  const auto text = read_file(path, largest_file);
  if (!text) return Error(text.error());
  const std::size_t first_end = text->find('\n');
  const std::size_t second_end = first_end == std::string::npos ? first_end : text->find('\n', first_end + 1);
  const std::size_t colon = text->find(": ");
  const bool shaped = second_end != std::string::npos && text->starts_with("# ") && colon < first_end &&
                      std::string_view(*text).substr(first_end + 1).starts_with(found_by_mark);
  if (!shaped) {
    return Error(fmt::format("{}: no account of the finding; expected '# SIGNATURE: DETAIL' and '{}COMMAND'",
                             path.string(), found_by_mark));
  }
  const std::size_t command = first_end + 1 + found_by_mark.size();
  return Counterexample{.file = fmt::format("{}/{}", evidence_folder, path.filename().string()),
                        .signature = text->substr(2, colon - 2),
                        .detail = text->substr(colon + 2, first_end - colon - 2),
                        .found_by = text->substr(command, second_end - command),
                        .graph = text->substr(second_end + 1)};
}

std::expected<std::map<std::string, Search, std::less<>>, std::string> read_searches(const fs::path& path) {
  const auto text = read_file(path, largest_file);
  if (!text) return Error(text.error());
  std::map<std::string, Search, std::less<>> searches;
  std::istringstream lines(*text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::string scheme;
    std::string rest;
    Search search;
    if (!(fields >> scheme >> search.seed >> search.scenarios) || fields >> rest) {
      return Error(
          fmt::format("{}:{}: found '{}'; expected scheme, seed, scenarios", path.string(), number, line));
    }
    searches[scheme] = search;
  }
  return searches;
}

}  // namespace

std::string evidence_key(const jit::SchemeView& scheme) {
  const std::string_view name = scheme.identity.name;
  if (scheme.arch == jit::Arch::x86_64) return std::string(name);
  return fmt::format("{}-{}", jit::name_of(scheme.arch), name);
}

std::expected<Evidence, std::string> load_evidence(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator files(folder, error);
  if (error) return Error(fmt::format("{}: {}; expected a folder", folder.string(), error.message()));
  Evidence evidence;
  for (const fs::directory_entry& file : files) {
    if (file.path().extension() != ".graph") continue;
    auto example = read_counterexample(file.path());
    if (!example) return Error(example.error());
    evidence.counterexamples.emplace(file.path().stem().string(), std::move(*example));
  }
  auto searches = read_searches(folder / "searched.tsv");
  if (!searches) return Error(searches.error());
  evidence.searches = std::move(*searches);
  return evidence;
}

}  // namespace tailbound::reports

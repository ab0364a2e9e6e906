#include "fuzz/cli/load.hpp"

#include <fmt/format.h>

#include "fuzz/cli/cli.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"

namespace tailbound::fuzz::cli {

namespace {
constexpr std::size_t largest_file = std::size_t{1} << 20;
}

std::optional<std::string> load_text(const std::string& path) {
  auto text = reports::read_file(path, largest_file);
  if (text) return std::move(*text);
  complain(text.error());
  return std::nullopt;
}

std::optional<bpf::Scenario> load_scenario(const std::string& path) {
  const auto text = load_text(path);
  if (!text) return std::nullopt;
  auto scenario = bpf::parse_graph(*text);
  if (!scenario) {
    complain(path + ":" + scenario.error().text());
    return std::nullopt;
  }
  return std::move(*scenario);
}

std::optional<reports::FindingFile> load_finding(const std::string& path) {
  const auto text = load_text(path);
  if (!text) return std::nullopt;
  auto finding = reports::parse_finding_file(*text);
  if (!finding) {
    complain(fmt::format("{}:{}", path, finding.error()));
    return std::nullopt;
  }
  const reports::FindingRecord& record = finding->record;
  if (const auto valid = check_names({.engines = record.engines, .scheme = record.scheme}); !valid) {
    complain(fmt::format("{}:1:1: {}", path, valid.error()));
    return std::nullopt;
  }
  return std::move(*finding);
}

}  // namespace tailbound::fuzz::cli

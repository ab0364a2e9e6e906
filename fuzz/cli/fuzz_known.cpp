#include "fuzz/cli/fuzz_known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "fuzz/cli/cli.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;
using reports::Stage;

bool runs_with(const reports::FindingRecord& record, const EngineChoice& choice) {
  return record.scheme == choice.scheme && std::ranges::all_of(record.engines, [&](const std::string& engine) {
           return std::ranges::count(choice.engines, engine) != 0;
         });
}

/// Empty where it is as the list says.
std::string news(const KnownRow& row) {
  const bool was_fixed = row.known->finding.record.stage == Stage::fixed;
  switch (row.end.result) {
    case Replayed::same: return was_fixed ? "happens again: a regression" : "";
    case Replayed::other: return fmt::format("gives another verdict: {}: {}", row.end.verdict, row.end.detail);
    case Replayed::agrees: return was_fixed ? "" : "no longer reproduces: fixed?";
    case Replayed::unable: return fmt::format("could not be judged again: {}", row.end.detail);
  }
  return "";
}

}  // namespace

std::optional<reports::KnownFindings> read_known(const std::optional<std::string>& folder) {
  const std::filesystem::path path = folder.value_or(std::string(reports::known_folder));
  std::error_code error;
  if (!folder && !std::filesystem::is_directory(path, error)) return reports::KnownFindings{};
  auto known = reports::KnownFindings::load(path);
  if (known) return std::move(*known);
  complain("--known: " + known.error());
  return std::nullopt;
}

std::vector<KnownRow> judge_known(const reports::KnownFindings& known, const EngineChoice& choice) {
  std::vector<KnownRow> rows;
  for (const reports::KnownFinding& each : known.all()) {
    if (!runs_with(each.finding.record, choice)) continue;
    KnownRow row{.known = &each, .end = replay(each.finding)};
    row.stage = stage_after(each.finding, row.end);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string known_lines(const std::vector<KnownRow>& rows) {
  if (rows.empty()) return {};
  std::string lines;
  std::size_t as_listed = 0;
  for (const KnownRow& row : rows) {
    const std::string what = news(row);
    if (what.empty()) ++as_listed;
    else lines += fmt::format("known    {} {}\n", row.known->file, what);
  }
  return fmt::format("known    {} of {} findings of this scheme on the list are as it says\n", as_listed,
                     rows.size()) +
         lines;
}

ordered_json known_rows(const std::vector<KnownRow>& rows) {
  ordered_json list = ordered_json::array();
  for (const KnownRow& row : rows) {
    list.push_back({{"file", row.known->file},
                    {"signature", row.known->finding.record.signature},
                    {"result", name(row.end.result)},
                    {"stage", name(row.stage)}});
  }
  return list;
}

bool any_regression(const std::vector<KnownRow>& rows) {
  return std::ranges::any_of(rows, [](const KnownRow& row) { return row.stage == Stage::regression; });
}

}  // namespace tailbound::fuzz::cli

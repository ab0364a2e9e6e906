#include "fuzz/cli/fuzz_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/campaign/live.hpp"
#include "fuzz/cli/cli.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"
#include "reports/finding_file.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

/// Exit codes of the process that looks into a finding, besides those of the command.
constexpr int told = 1;
constexpr int known = 4;

/// What the file says: how to judge it again, and where it came from.
std::string file_text(const reports::Finding& finding, const CampaignOptions& campaign, const Found& found) {
  reports::FindingRecord record = record_of(finding);
  record.found_by = fmt::format("tailbound fuzz --engine {} --scheme {} {}", fmt::join(campaign.engines.engines, ","),
                                campaign.engines.scheme, found.origin);
  return print_finding_file(record, finding.scenario);
}

/// Nothing was compared: only the scenario and how it was judged are known.
reports::Finding death_of(const Found& found, const CampaignOptions& campaign, int signal) {
  reports::Finding death;
  death.scenario = found.scenario;
  death.verdict = process_died(signal);
  death.engines = campaign.engines.engines;
  death.scheme = campaign.engines.scheme;
  death.oracles = campaign.oracles;
  if (campaign.sample == 0) death.oracles.remove(When::sampled);
  death.oracles.remove(When::on_request);
  death.recorded = true;
  return death;
}

/// The first word of a finding's text in its colour.
std::string coloured(std::string text) {
  constexpr std::string_view word = "finding";
  if (!text.starts_with(word)) return text;
  return colours_for(STDOUT_FILENO).bad(std::string(word)) + text.substr(word.size());
}

}  // namespace

bool Findings::keep(const std::string& file, const std::string& content, std::string& place) const {
  const std::filesystem::path wanted = std::filesystem::path(folder_) / (file + ".graph");
  const auto written = reports::write_new_file(wanted, content);
  place = written ? written->string() : wanted.string();
  if (!written) complain(written.error() + "; the finding is in no file but this output");
  return written.has_value();
}

int Findings::look_into(const Found& found, bool shrink, std::string& message) const {
  auto engines = make_engines(campaign_.engines);
  if (!engines) return 3;
  Judge judge(std::move(*engines), campaign_.oracles);
  judge.sampled(campaign_.sample != 0);
  auto finding = investigate(judge, found.scenario, shrink, false);
  if (!finding) {
    message = "a scenario agrees when it is judged again: " + found.origin;
    return 3;
  }
  finding->scheme = campaign_.engines.scheme;
  finding->recorded = true;
  const std::string signature = reports::signature(*finding);
  if (std::ranges::count(signatures_, signature) != 0) return known;
  std::string place;
  const bool written = keep(signature, file_text(*finding, campaign_, found), place);
  if (!quiet_) {
    fmt::print("{}{}", list_.empty() ? "" : "\n", coloured(reports::text(*finding, place)));
  }
  ordered_json row = ordered_json::parse(reports::finding_json(*finding, place));
  row["written"] = written;
  message = reports::dump(row);
  return told;
}

/// The engine died on it: nothing can be compared, but the scenario is kept.
void Findings::add_death(const Found& found, int signal) {
  const reports::Finding death = death_of(found, campaign_, signal);
  const std::string signature = reports::signature(death);
  if (std::ranges::count(signatures_, signature) != 0) {
    ++repeats_;
    return;
  }
  const std::string text = bpf::print_graph(found.scenario);
  std::string place;
  const bool written = keep(signature, file_text(death, campaign_, found), place);
  const std::string replay = "./tailbound " + reports::replay_arguments(death, place);
  if (!quiet_) {
    fmt::print("{}", coloured(fmt::format("finding  {}\n\n  {}\n\n{}\nreplay   {}\n", signature, death.verdict.detail,
                                          text, replay)));
  }
  take({{"signature", signature},
        {"property", "fault"},
        {"kind", death.verdict.kind},
        {"detail", death.verdict.detail},
        {"file", place},
        {"replay", replay},
        {"scenario", text},
        {"written", written}});
}

void Findings::take(ordered_json row) {
  signatures_.push_back(row["signature"]);
  lost_ |= !row["written"].get<bool>();
  list_.push_back(std::move(row));
}

void Findings::add(const Found& found) {
  for (const bool shrink : {true, false}) {
    if (shrink && found.signal != 0) continue;  // first as it was found: does it kill again?
    const ChildEnd end = in_child([&](std::string& message) { return look_into(found, shrink, message); });
    if (end.signal != 0) {
      if (shrink) continue;  // a smaller scenario killed it; the one that was found is next
      return add_death(found, end.signal);
    }
    if (end.exit_code == told) return take(ordered_json::parse(end.message));
    if (end.exit_code == known) {
      ++repeats_;
      return;
    }
    complain(end.message);
    if (found.signal != 0)
      complain(fmt::format("a worker ended by {}, not by its scenario", strsignal(found.signal)));
    break;
  }
  vanished_ = true;
}

}  // namespace tailbound::fuzz::cli

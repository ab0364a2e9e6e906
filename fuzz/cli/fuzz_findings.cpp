#include "fuzz/cli/fuzz_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "fuzz/campaign/blame.hpp"
#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/campaign/live.hpp"
#include "fuzz/campaign/schemes.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/reduction_line.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"
#include "reports/finding_file.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

/// Exit codes of the process that looks into a finding, besides those of the command.
constexpr int told = 1;
constexpr int known_already = 4;

/// What the file says: how to judge it again, and where it came from.
std::string file_text(const reports::Finding& finding, const CampaignOptions& campaign, const Found& found) {
  reports::FindingRecord record = record_of(finding);
  record.found_by =
      fmt::format("tailbound fuzz --engine {} --scheme {} {}", fmt::join(campaign.engines.engines, ","),
                  campaign.engines.scheme, found.origin);
  return print_finding_file(record, finding.scenario);
}

/// Nothing was compared: only the scenario and how it was judged are known.
reports::Finding death_of(const Reduction& reduced, const CampaignOptions& campaign) {
  reports::Finding death;
  death.scenario = reduced.scenario;
  death.verdict = reduced.verdict;
  death.engines = campaign.engines.engines;
  death.scheme = campaign.engines.scheme;
  death.oracles = campaign.oracles;
  if (campaign.sample == 0) death.oracles.remove(When::sampled);
  death.oracles.remove(When::on_request);
  death.recorded = true;
  return death;
}

bool is_wild(const std::string& scheme) {
  const jit::SchemeView* const found = find_scheme(scheme);
  return found != nullptr && found->identity.wild;
}

/// Whose steps are tried: the native engine's, else the emulated one's; empty: neither was chosen.
std::string blamed_engine(const EngineChoice& choice) {
  for (const std::string engine : {"x86_64", "arm64"}) {
    if (std::ranges::count(choice.engines, engine) != 0 && jit::find_scheme(engine, choice.scheme) != nullptr)
      return engine;
  }
  return {};
}

/// It runs in no process that is started in a moment: a kernel, a guest.
bool is_dear(const std::string& engine) { return engine != "interpreter" && !jit::find_arch(engine); }

/// The engines' process ended: there is no observation.
bool is_death(const Verdict& verdict) { return verdict.kind.starts_with("process "); }

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

Reduction Findings::reduce(const Found& found) const {
  ReductionOptions options{.oracles = campaign_.oracles,
                           .sampled = campaign_.sample != 0,
                           .fresh = is_wild(campaign_.engines.scheme),
                           .dear = std::ranges::any_of(campaign_.engines.engines, is_dear)};
  if (options.dear) options.limit = std::chrono::minutes(10);
  ReductionLine line(campaign_.live);
  options.steps.progress = [&](const gen::ReduceStats& stats, const bpf::Scenario& best) {
    line.show(stats, best);
  };
  return reduce_finding(engines_of(campaign_.engines), found.scenario, options);
}

reports::Stage Findings::stage_of(std::string_view signature, const Reduction& reduced) const {
  return reports::stage_of(known_, signature, campaign_.engines.scheme,
                           reduced.stats.minimal ? reports::Stage::reduced : reports::Stage::fresh);
}

/// The guilty steps; of what was looked into already they are not asked again.
std::vector<std::string> Findings::blame(const Reduction& reduced) {
  const std::string signature = reports::signature(reduced.verdict, reduced.scenario);
  if (std::ranges::count(blamed_, signature) != 0) return {};
  blamed_.push_back(signature);
  const std::string engine = blamed_engine(campaign_.engines);
  if (engine.empty()) return {};
  reports::FindingFile finding;
  finding.record.verdict = reports::verdict_word(reduced.verdict);
  finding.record.engine = engine;
  finding.record.engines = campaign_.engines.engines;
  finding.record.scheme = campaign_.engines.scheme;
  finding.record.oracles = campaign_.oracles;
  finding.scenario = reduced.scenario;
  return find_blame(finding).sentences();
}

int Findings::look_into(const Found& found, const Reduction& reduced, const std::vector<std::string>& blame,
                        std::string& message) const {
  auto engines = make_engines(campaign_.engines);
  if (!engines) return 3;
  Judge judge(std::move(*engines), campaign_.oracles);
  judge.sampled(campaign_.sample != 0);
  auto finding = investigate(judge, reduced.scenario, false, false);
  if (!finding) {
    message = "a scenario agrees when it is judged again: " + found.origin;
    return 3;
  }
  finding->scheme = campaign_.engines.scheme;
  finding->recorded = true;
  finding->statements_before = reports::count_statements(found.scenario);
  const std::string signature = reports::signature(*finding);
  if (std::ranges::count(signatures_, signature) != 0) return known_already;
  finding->stage = stage_of(signature, reduced);
  if (finding->engine.name == blamed_engine(campaign_.engines)) finding->blame = blame;
  std::string place;
  const bool written = keep(signature, file_text(*finding, campaign_, found), place);
  if (!quiet_) {
    fmt::print("{}{}", list_.empty() ? "" : "\n", coloured(reports::text(*finding, place)));
  }
  ordered_json row = ordered_json::parse(reports::finding_json(*finding, place));
  row["known_under"] = known_.schemes_of(signature);
  row["written"] = written;
  message = reports::dump(row);
  return told;
}

/// The engines' process died of it: nothing can be compared, but the scenario is kept.
void Findings::add_death(const Found& found, const Reduction& reduced) {
  reports::Finding death = death_of(reduced, campaign_);
  const std::string signature = reports::signature(death.verdict, death.scenario);
  if (std::ranges::count(signatures_, signature) != 0) {
    ++repeats_;
    return;
  }
  death.stage = stage_of(signature, reduced);
  const std::string text = bpf::print_graph(death.scenario);
  std::string place;
  const bool written = keep(signature, file_text(death, campaign_, found), place);
  const std::string replay = "./tailbound " + reports::replay_arguments(death, place);
  if (!quiet_) {
    fmt::print("{}", coloured(fmt::format("finding  {}\nstage    {}\n\n  {}\n\n{}\nreplay   {}\n", signature,
                                          name(death.stage), death.verdict.detail, text, replay)));
  }
  take({{"signature", signature},
        {"property", "fault"},
        {"kind", death.verdict.kind},
        {"detail", death.verdict.detail},
        {"stage", name(death.stage)},
        {"file", place},
        {"replay", replay},
        {"scenario", text},
        {"known_under", known_.schemes_of(signature)},
        {"written", written}});
}

void Findings::take(ordered_json row) {
  signatures_.push_back(row["signature"]);
  known_count_ += row["stage"] == name(reports::Stage::known) ? 1U : 0U;
  lost_ |= !row["written"].get<bool>();
  list_.push_back(std::move(row));
}

void Findings::add(const Found& found) {
  const Reduction reduced = reduce(found);
  if (!reduced.verdict.broken()) {
    complain("a scenario agrees when it is judged again: " + found.origin);
    if (found.signal != 0)
      complain(fmt::format("a worker ended by {}, not by its scenario", strsignal(found.signal)));
    vanished_ = true;
    return;
  }
  if (is_death(reduced.verdict)) return add_death(found, reduced);
  const std::vector<std::string> guilty = blame(reduced);
  const ChildEnd end =
      in_child([&](std::string& message) { return look_into(found, reduced, guilty, message); });
  if (end.signal != 0) {
    Reduction death = reduced;
    death.verdict = process_died(end.signal);
    return add_death(found, death);
  }
  if (end.exit_code == told) return take(ordered_json::parse(end.message));
  if (end.exit_code == known_already) {
    ++repeats_;
    return;
  }
  complain(end.message);
  vanished_ = true;
}

}  // namespace tailbound::fuzz::cli

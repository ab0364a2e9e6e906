// tailbound fuzz
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "fuzz/campaign/campaign.hpp"
#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/oracle_options.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"
#include "reports/finding_file.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

struct FuzzOptions {
  EngineOptions engines;
  OracleOptions oracles;
  std::uint64_t seed = 1;
  double time = 60;
  std::uint32_t jobs = std::max(1U, std::thread::hardware_concurrency());
  std::uint32_t sample = 64;
  std::string findings = "findings";
  bool json = false;
};

bpf::Scenario scenario_of(const CampaignOptions& campaign, const Found& found) {
  gen::ByteSource source(gen::scenario_seed(campaign.seed, found.number));
  return gen::generate(source, campaign.budget);
}

std::string found_by(const CampaignOptions& campaign, const Found& found) {
  return fmt::format("tailbound fuzz --engine {} --scheme {} --seed {}, scenario {}",
                     fmt::join(campaign.engines.engines, ","), campaign.engines.scheme, campaign.seed,
                     found.number);
}

/// In a child: reduce, write, print. The message is the finding's JSON.
int report_finding(const CampaignOptions& campaign, const FuzzOptions& options, const Found& found, bool shrink,
                   std::string& message) {
  auto engines = make_engines(campaign.engines);
  if (!engines) return 3;
  Judge judge(std::move(*engines), campaign.oracles);
  judge.sampled(campaign.sample != 0);
  auto finding = investigate(judge, scenario_of(campaign, found), shrink, false);
  if (!finding) {
    message = fmt::format("scenario {} agrees when it is judged again", found.number);
    return 3;
  }
  finding->scheme = campaign.engines.scheme;
  const std::filesystem::path file =
      std::filesystem::path(options.findings) / (reports::signature(*finding) + ".graph");
  finding->recorded = true;
  reports::FindingRecord record = record_of(*finding);
  record.found_by = found_by(campaign, found);
  const std::string content = print_finding_file(record, finding->scenario);
  const auto written = reports::write_new_file(file, content);
  if (!written) complain(written.error());
  const std::string place = written ? written->string() : file.string();
  if (!options.json) fmt::print("{}", reports::text(*finding, place));
  message = reports::finding_json(*finding, place);
  return 1;
}

/// The engine died on it: nothing can be compared, but the scenario is kept.
ordered_json report_death(const CampaignOptions& campaign, const FuzzOptions& options, const Found& found,
                          int signal) {
  const bpf::Scenario scenario = scenario_of(campaign, found);
  reports::Finding finding;
  finding.scenario = scenario;
  finding.verdict = process_died(signal);
  finding.engines = campaign.engines.engines;
  finding.scheme = campaign.engines.scheme;
  finding.oracles = campaign.oracles;
  if (campaign.sample == 0) finding.oracles.remove(When::sampled);
  finding.oracles.remove(When::on_request);
  finding.recorded = true;
  reports::FindingRecord record = record_of(finding);
  record.found_by = found_by(campaign, found);
  const std::filesystem::path wanted = std::filesystem::path(options.findings) / (record.signature + ".graph");
  const auto written = reports::write_new_file(wanted, print_finding_file(record, scenario));
  if (!written) complain(written.error());
  const std::string file = written ? written->string() : wanted.string();
  const std::string replay = "./tailbound " + reports::replay_arguments(finding, file);
  if (!options.json) {
    fmt::print("finding  {}\n\n  {}\n\n{}\nreplay   {}\n", record.signature, record.detail,
               bpf::print_graph(scenario), replay);
  }
  return {{"signature", record.signature}, {"property", "fault"}, {"kind", "process died"},
          {"detail", record.detail},       {"file", file},        {"replay", replay}};
}

/// Nothing when what was seen does not happen again: a worker can be killed from outside.
std::optional<ordered_json> find_out(const CampaignOptions& campaign, const FuzzOptions& options,
                                     const Found& found) {
  for (const bool shrink : {true, false}) {
    if (shrink && found.signal != 0) continue;  // first as it was found: does it kill again?
    const ChildEnd end = in_child(
        [&](std::string& message) { return report_finding(campaign, options, found, shrink, message); });
    if (end.signal != 0) {
      if (shrink) continue;  // a smaller scenario killed it; the one that was found is next
      return report_death(campaign, options, found, end.signal);
    }
    if (end.exit_code == 1) return ordered_json::parse(end.message);
    complain(end.message);
    if (found.signal != 0)
      complain(fmt::format("a worker ended by {}, not by its scenario", strsignal(found.signal)));
    break;
  }
  return std::nullopt;
}

std::string summary(const CampaignEnd& end, const CampaignOptions& campaign) {
  const Totals& t = end.totals;
  std::string out;
  if (end.interrupted) out = fmt::format("interrupted after {:.1f} of {} s\n", end.seconds, campaign.seconds);
  out += fmt::format(
      "{} scenarios judged in {:.1f} s ({:.0f}/s), {} tail calls; refused: {} at the limit, {} empty slot, {} "
      "out "
      "of range; {} runs out of fuel\n",
      t.scenarios, end.seconds, static_cast<double>(t.scenarios) / std::max(end.seconds, 1e-9), t.tail_calls,
      t.at_limit, t.empty, t.out_of_range, t.out_of_fuel);
  for (std::size_t e = 0; e < campaign.engines.engines.size(); ++e) {
    out += fmt::format("  {:<12} ran {}", campaign.engines.engines[e], t.ran[e]);
    if (t.unavailable[e] != 0) out += fmt::format(", unavailable for {}: {}", t.unavailable[e], t.reason[e]);
    out += '\n';
  }
  out += oracle_lines(t.oracles, campaign.oracles, campaign.sample);
  if (campaign.sample == 0) return out + "  encoding     not read back (--sample 0)\n";
  return out + fmt::format("  encoding     {} images read back, those of one scenario in {}\n",
                           t.encoding_checked, campaign.sample);
}

/// Why each engine cannot run here at all; null where it can.
ordered_json engine_states(const CampaignEnd& end, const CampaignOptions& campaign) {
  ordered_json list = ordered_json::array();
  const auto engines = make_engines(campaign.engines);
  for (std::size_t e = 0; e < campaign.engines.engines.size(); ++e) {
    ordered_json row = {{"name", campaign.engines.engines[e]},
                        {"scheme", (*engines)[e]->identity().scheme},
                        {"profile", (*engines)[e]->identity().profile->name},
                        {"scenarios", end.totals.ran[e]},
                        {"unavailable", end.totals.unavailable[e]},
                        {"reason", nullptr}};
    if (!end.totals.reason[e].empty()) row["reason"] = end.totals.reason[e];
    if (const auto why = (*engines)[e]->unavailable()) row["reason"] = *why;
    list.push_back(std::move(row));
  }
  return list;
}

ordered_json result_json(const CampaignEnd& end, const CampaignOptions& campaign,
                         const ordered_json& findings) {
  const Totals& t = end.totals;
  return {{"scenarios", t.scenarios},
          {"tail_calls", t.tail_calls},
          {"refused", {{"limit", t.at_limit}, {"empty", t.empty}, {"out_of_range", t.out_of_range}}},
          {"out_of_fuel", t.out_of_fuel},
          {"encoding_checked", t.encoding_checked},
          {"encoding_sample", campaign.sample},
          {"seconds", std::round(end.seconds * 1000) / 1000},
          {"seed", campaign.seed},
          {"interrupted", end.interrupted},
          {"findings", findings},
          {"engines", engine_states(end, campaign)},
          {"oracles", oracle_rows(t.oracles, campaign.oracles)}};
}

/// An engine that was asked for and ran nothing did not hold.
bool all_ran(const CampaignEnd& end, const CampaignOptions& campaign) {
  bool all = true;
  for (std::size_t e = 0; e < campaign.engines.engines.size(); ++e) {
    if (end.totals.ran[e] != 0) continue;
    complain(fmt::format(
        "{} ran nothing: {}", campaign.engines.engines[e],
        end.totals.reason[e].empty() ? "no scenario was judged in the time" : end.totals.reason[e]));
    all = false;
  }
  return all;
}

/// What files expect is not asked for here, and --sample 0 is a choice too: what is left must judge.
bool some_judge(const CampaignOptions& campaign) {
  OracleSet judging = campaign.oracles;
  judging.remove(When::on_request);
  if (campaign.sample == 0) judging.remove(When::sampled);
  if (!judging.empty()) return true;
  complain(fmt::format("no oracle would judge: {} with --sample {}; see tailbound oracles",
                       campaign.oracles.names(), campaign.sample));
  return false;
}

Exit fuzz(const FuzzOptions& options) {
  CampaignOptions campaign{.engines = {},
                           .budget = {},
                           .seed = options.seed,
                           .seconds = options.time,
                           .jobs = options.jobs,
                           .sample = options.sample,
                           .oracles = OracleSet::all(),
                           .live = !options.json};
  if (!options.engines.read(campaign.engines)) return Exit::bad_input;
  if (!options.oracles.read(campaign.oracles) || !some_judge(campaign)) return Exit::bad_input;
  if (const auto ready = reports::prepare_folder(options.findings); !ready) {
    complain("--findings: " + ready.error());
    return Exit::bad_input;
  }
  const CampaignEnd end = run_campaign(campaign);
  ordered_json findings = ordered_json::array();
  std::optional<ordered_json> finding;
  if (end.found) finding = find_out(campaign, options, *end.found);
  if (finding) findings.push_back(*finding);
  if (options.json) fmt::print("{}\n", reports::dump(result_json(end, campaign, findings)));
  else fmt::print("{}{}", finding ? "\n" : "", summary(end, campaign));
  if (finding) return Exit::finding;
  if (!end.could_not_run.empty()) complain(end.could_not_run);
  if (end.found || !end.could_not_run.empty()) return Exit::could_not_run;
  if (!all_ran(end, campaign)) return Exit::could_not_run;
  if (any_judged(end.totals.oracles)) return Exit::holds;
  complain("none of the oracles could judge: " + campaign.oracles.names());
  return Exit::could_not_run;
}

constexpr const char* lesson =
    "Stops at the first finding: reduces it, writes it to the findings folder and prints how to replay it.\n"
    "The same seed gives the same scenarios, whatever the number of jobs.\n"
    "  ./tailbound fuzz --time 10 --seed 7\n"
    "  ./tailbound fuzz --scheme by-value --json | tail -n 1";

}  // namespace

void add_fuzz(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<FuzzOptions>();
  CLI::App* command = app.add_subcommand("fuzz", "search for scenarios that an engine gets wrong");
  command->footer(lesson);
  options->engines.add(*command);
  options->oracles.add(*command);
  command->add_option("--seed", options->seed, "the campaign's seed, a number of 64 bits")
      ->capture_default_str()
      ->check(whole_number());
  command->add_option("--time", options->time, "seconds to search")
      ->capture_default_str()
      ->check(finite_number())
      ->check(CLI::Range(0.05, 1e7));
  command->add_option("--jobs", options->jobs, "worker processes")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--sample", options->sample,
                   "the sampled oracles (tailbound oracles) judge one scenario in so many; 0: none")
      ->capture_default_str();
  command->add_option("--findings", options->findings, "folder for findings")->capture_default_str();
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = fuzz(*options); });
}

}  // namespace tailbound::fuzz::cli

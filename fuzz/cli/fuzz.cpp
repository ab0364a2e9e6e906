// tailbound fuzz
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <thread>

#include "fuzz/campaign/campaign.hpp"
#include "fuzz/campaign/emulated_turns.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/fuzz_findings.hpp"
#include "fuzz/cli/fuzz_known.hpp"
#include "fuzz/cli/fuzz_summary.hpp"
#include "fuzz/cli/oracle_options.hpp"
#include "fuzz/cli/report_folder.hpp"
#include "fuzz/driver/corpus.hpp"
#include "reports/files.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct FuzzOptions {
  EngineOptions engines;
  OracleOptions oracles;
  std::string driver;
  std::uint64_t seed = 1;
  std::optional<double> time;
  std::optional<std::uint64_t> runs;
  std::uint32_t jobs = std::max(1U, std::thread::hardware_concurrency());
  std::uint32_t sample = CampaignOptions{}.sample;
  std::uint32_t cross_check = CampaignOptions{}.cross_check;
  std::optional<std::uint32_t> emulated_every;
  std::uint32_t fresh = CampaignOptions{}.fresh;
  std::string shapes;
  std::string without_shapes;
  std::string corpus;
  std::string findings = "findings";
  std::string report;
  bool keep_going = false;
  std::optional<std::string> known;
  bool new_only = false;
  std::size_t findings_limit = 100;
  bool json = false;
};

/// Without either there is a minute; with a number of scenarios alone there is no other end.
double seconds_of(const FuzzOptions& options) {
  constexpr double minute = 60;
  return options.time ? *options.time : options.runs ? std::numeric_limits<double>::infinity() : minute;
}

/// Unless it is chosen: libFuzzer proposes one scenario after the other, and engines on kernels are several
/// times as fast where they get many together.
Driver driver_of(const FuzzOptions& options) {
  if (!options.driver.empty()) return options.driver == "seed" ? Driver::seed : Driver::libfuzzer;
  if (!options.corpus.empty()) return Driver::libfuzzer;
  EngineChoice choice;
  choice.engines = CLI::detail::split(options.engines.engines, ',');
  const auto engines = make_engines(choice);
  const bool batches = engines && std::ranges::any_of(*engines, [](const auto& e) { return e->batch() > 1; });
  return batches ? Driver::seed : Driver::libfuzzer;
}

/// The time that a search takes differs from one to the next: where no time ends it, it does not decide either what
/// is run, and the same options give the same search.
std::uint32_t emulated_every(const FuzzOptions& options) {
  constexpr std::uint32_t by_number = 32;
  const bool by_time = options.time || !options.runs;
  return options.emulated_every.value_or(by_time ? 0 : by_number);
}

CampaignOptions campaign_of(const FuzzOptions& options) {
  CampaignOptions campaign;
  campaign.driver = driver_of(options);
  campaign.seed = options.seed;
  campaign.seconds = seconds_of(options);
  campaign.runs = options.runs.value_or(0);
  campaign.jobs = options.jobs;
  campaign.sample = options.sample;
  campaign.cross_check = options.cross_check;
  campaign.emulated_every = emulated_every(options);
  campaign.fresh = options.fresh;
  campaign.corpus_folder = options.corpus;
  campaign.keep_going = options.keep_going || options.new_only;
  campaign.live = !options.json;
  return campaign;
}

/// Reads the corpus and says which of its files are none.
bool read_corpus(CampaignOptions& campaign) {
  if (campaign.corpus_folder.empty()) return true;
  if (campaign.driver == Driver::seed) {
    complain("--corpus: the driver seed draws every scenario on its own; expected --driver libfuzzer");
    return false;
  }
  auto corpus = open_corpus(campaign.corpus_folder);
  if (!corpus) {
    complain("--corpus: " + corpus.error());
    return false;
  }
  for (const std::string& why : corpus->complaints) complain("not taken from the corpus: " + why);
  if (corpus->foreign > corpus->complaints.size()) {
    complain(fmt::format("not taken from the corpus: {} more files in {}",
                         corpus->foreign - corpus->complaints.size(), campaign.corpus_folder));
  }
  campaign.corpus = std::move(corpus->scenarios);
  return true;
}

/// Nobody asked for this engine by name, and it needs an emulator or a scheme that are not there: the summary says so.
bool excused(std::size_t e, const CampaignEnd& end, const CampaignOptions& campaign) {
  if (!campaign.engines.by_default || end.totals.reasons[e].empty()) return false;
  const auto engines = make_engines(campaign.engines);
  return (*engines)[e]->identity().emulated || lacks_scheme(campaign.engines.engines[e], campaign.engines);
}

/// An engine that was asked for and ran nothing did not hold.
bool all_ran(const CampaignEnd& end, const CampaignOptions& campaign) {
  bool all = true;
  for (std::size_t e = 0; e < campaign.engines.engines.size(); ++e) {
    if (end.totals.ran[e] != 0 || excused(e, end, campaign)) continue;
    complain(fmt::format(
        "{} ran nothing: {}", campaign.engines.engines[e],
        end.totals.reasons[e].empty() ? "no scenario was judged in the time" : end.totals.reasons[e].front().text));
    all = false;
  }
  return all;
}

void print_end(const CampaignEnd& end, const CampaignOptions& campaign, const Findings& findings,
               const std::vector<KnownRow>& known) {
  const Colours colours = colours_for(STDOUT_FILENO);
  // Wider than a terminal's usual limit is hard to read, narrower wraps.
  const std::size_t columns = std::min<std::size_t>(110, columns_of(STDOUT_FILENO, 110));
  fmt::print("{}{}", findings.list().empty() ? "" : "\n", summary(end, campaign, columns, colours));
  fmt::print("{}", known_lines(known));
  if (!campaign.keep_going) return;
  const std::string count = fmt::format("{} different findings", findings.list().size());
  fmt::print("\n{} in {} scenarios that broke a property; {} came again after reduction\n",
             findings.list().empty() ? colours.good(count) : colours.bad(count), end.totals.broken,
             findings.repeats());
}

void print_json(const CampaignEnd& end, const CampaignOptions& campaign, const Findings& findings,
                const std::vector<KnownRow>& known) {
  nlohmann::ordered_json object = summary_json(end, campaign);
  object["findings"] = findings.list();
  object["known"] = known_rows(known);
  fmt::print("{}\n", reports::dump(object));
}

/// `counted`: findings that are worth exit code 1.
Exit exit_of(const CampaignEnd& end, const CampaignOptions& campaign, const Findings& findings, std::size_t counted) {
  if (!end.totals.corpus_trouble.empty()) {
    complain("the corpus stopped growing: " + end.totals.corpus_trouble);
  }
  if (!end.could_not_run.empty()) complain(end.could_not_run);
  if (findings.lost()) return Exit::could_not_run;
  if (counted != 0) return Exit::finding;
  if (findings.vanished() || !end.could_not_run.empty()) return Exit::could_not_run;
  if (!all_ran(end, campaign)) return Exit::could_not_run;
  if (any_judged(end.totals.oracles)) return Exit::holds;
  complain("none of the oracles could judge: " + campaign.oracles.names());
  return Exit::could_not_run;
}

/// Facts of the campaign for people; the numbers are those of the summary.
std::vector<std::pair<std::string, std::string>> facts_of(const CampaignEnd& end, const CampaignOptions& campaign) {
  const nlohmann::ordered_json object = summary_json(end, campaign);
  std::vector<std::pair<std::string, std::string>> facts = {
      {"engines", fmt::format("{}", fmt::join(campaign.engines.engines, ", "))}, {"scheme", campaign.engines.scheme}};
  for (const std::string_view key : {"scenarios", "broken", "tail_calls", "out_of_fuel", "driver", "seed", "seconds"}) {
    const auto& value = object.at(key);
    facts.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return facts;
}

std::vector<reports::OutcomeTable> outcomes_of(const Histogram& histogram) {
  std::vector<reports::OutcomeTable> all;
  for (std::size_t t = 0; t < tables; ++t) {
    const auto table = static_cast<Table>(t);
    reports::OutcomeTable& made = all.emplace_back(reports::OutcomeTable{.title = std::string(title(table)), .rows = {}});
    for (std::size_t row = 0; row < rows(table).size(); ++row)
      made.rows.emplace_back(rows(table)[row], histogram[t][row]);
  }
  return all;
}

/// Of the findings that are in files. False: not all of it could be written.
bool report_on(const CampaignEnd& end, const CampaignOptions& campaign, const Findings& findings,
               const FuzzOptions& options) {
  if (options.report.empty()) return true;
  ReportRequest request{.files = {},
                        .folder = options.report,
                        .facts = facts_of(end, campaign),
                        .scenarios = end.totals.scenarios,
                        .outcomes = outcomes_of(end.totals.histogram),
                        .quiet = options.json};
  for (const auto& finding : findings.list()) {
    if (finding.at("written")) request.files.push_back(finding.at("file"));
  }
  if (!options.json) fmt::print("\n");
  const bool whole = write_report(request).exit == Exit::holds;
  if (!options.json) fmt::print("report   {}/index.html\n", options.report);
  return whole;
}

bool read_shapes(const FuzzOptions& options, CampaignOptions& campaign) {
  const auto weights = gen::select_shapes(options.shapes, options.without_shapes);
  if (!weights) {
    complain(weights.error());
    return false;
  }
  campaign.plan.weights = *weights;
  return true;
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
  CampaignOptions campaign = campaign_of(options);
  if (!options.engines.read(campaign.engines)) return Exit::bad_input;
  if (!read_shapes(options, campaign)) return Exit::bad_input;
  if (!options.oracles.read(campaign.oracles) || !some_judge(campaign)) return Exit::bad_input;
  if (const auto ready = reports::prepare_folder(options.findings); !ready) {
    complain("--findings: " + ready.error());
    return Exit::bad_input;
  }
  if (!options.report.empty()) {
    if (const auto ready = reports::prepare_folder(options.report); !ready) {
      complain("--report: " + ready.error());
      return Exit::bad_input;
    }
  }
  if (!read_corpus(campaign)) return Exit::bad_input;
  const auto list = read_known(options.known);
  if (!list) return Exit::bad_input;
  if (const auto usable = check_usable(campaign.engines); !usable) {
    complain(usable.error());
    return Exit::could_not_run;
  }
  if (!prepare(campaign.engines)) return Exit::could_not_run;
  Findings findings(campaign, options.findings, *list, options.json);
  const auto counted = [&] { return findings.list().size() - (options.new_only ? findings.known() : 0); };
  campaign.on_found = [&](const Found& found) {
    findings.add(found);
    const bool searched_enough = options.new_only && !options.keep_going && counted() > 0;
    return !searched_enough && findings.list().size() < options.findings_limit;
  };
  const CampaignEnd end = run_campaign(campaign);
  const std::vector<KnownRow> known = judge_known(*list, campaign.engines);
  if (!options.json) print_end(end, campaign, findings, known);
  const bool reported = report_on(end, campaign, findings, options);
  if (options.json) print_json(end, campaign, findings, known);
  const Exit exit = exit_of(end, campaign, findings, counted() + (any_regression(known) ? 1 : 0));
  return reported ? exit : Exit::could_not_run;
}

constexpr const char* lesson =
    "Stops at the first finding: reduces it, writes it to the findings folder and prints how to replay it.\n"
    "With --keep-going it searches on and collects findings of different signatures.\n"
    "Known findings are listed in a folder; those of the scheme are judged again at the end (docs/findings.md).\n"
    "libFuzzer draws scenarios or changes those that did something new; a corpus folder holds the latter as "
    ".graph\n"
    "files, which `run` and `show` read too. The driver seed draws each on its own: the same seed gives the "
    "same\n"
    "scenarios, whatever the number of jobs, and gives kernels many at once. Several runs may share a findings "
    "folder or a corpus.\n"
    "The live line: tail calls a second; refused at the limit, for an empty slot, out of range; runs out of "
    "fuel.\n"
    "SIGUSR1 prints the histogram of outcomes while it runs; an interrupt ends it with the summary.\n"
    "  ./tailbound fuzz --time 10 --seed 7\n"
    "  ./tailbound fuzz --scheme by-value --json | tail -n 1\n"
    "  ./tailbound fuzz --scheme by-value --keep-going --time 30\n"
    "  ./tailbound fuzz --driver seed --runs 100000\n"
    "  ./tailbound fuzz --engine arm64 --scheme by-value";

std::string shape_names() {
  std::vector<std::string_view> names;
  for (const gen::Shape& shape : gen::shapes()) names.push_back(shape.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void add_search_options(CLI::App& command, FuzzOptions& options) {
  command
      .add_option("--driver", options.driver,
                  "what proposes scenarios: libfuzzer or seed [libfuzzer; seed where an engine is a kernel]")
      ->check(CLI::IsMember({"libfuzzer", "seed"}));
  command.add_option("--seed", options.seed, "the campaign's seed, a number of 64 bits")
      ->capture_default_str()
      ->check(whole_number());
  command.add_option("--fresh", options.fresh, "libfuzzer: percent of scenarios drawn anew, not mutated")
      ->capture_default_str()
      ->check(CLI::Range(0, 100));
  command.add_option("--shapes", options.shapes,
                     fmt::format("draw these alone, separated by commas, of {}", shape_names()));
  command.add_option("--without-shapes", options.without_shapes, "do not draw these");
  command.add_option("--corpus", options.corpus,
                     "libfuzzer: folder of .graph files to start from and to add to");
  command
      .add_option("--sample", options.sample,
                  "the sampled oracles (tailbound oracles) judge one scenario in so many; 0: none")
      ->capture_default_str();
  command
      .add_option(
          "--cross-check", options.cross_check,
          "run one scenario in so many on the interpreter too, besides those with asm blocks; 1: every one")
      ->capture_default_str()
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
  command
      .add_option("--emulated-every", options.emulated_every,
                  fmt::format("engines under an emulator run one scenario in so many, beside a native one; 1: every "
                              "one [what {} % of the time pays for; 32 where --runs alone ends the search]",
                              EmulatedTurns::share))
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
}

void add_ends(CLI::App& command, FuzzOptions& options) {
  command.add_option("--time", options.time, "seconds to search [60, or no limit with --runs]")
      ->check(finite_number())
      ->check(CLI::Range(0.05, 1e7));
  command.add_option("--runs", options.runs, "scenarios to judge, all workers together")
      ->check(whole_number())
      ->check(CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()));
  command.add_flag("--keep-going", options.keep_going, "search on after a finding");
  command
      .add_option("--findings-limit", options.findings_limit,
                  "with --keep-going: different findings to stop at")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
}

}  // namespace

void add_fuzz(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<FuzzOptions>();
  CLI::App* command = app.add_subcommand("fuzz", "search for scenarios that an engine gets wrong");
  command->footer(lesson);
  options->engines.engines = "interpreter,x86_64,arm64";
  options->engines.add(*command);
  options->oracles.add(*command);
  add_search_options(*command, *options);
  add_ends(*command, *options);
  command->add_option("--jobs", options->jobs, "worker processes")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  command->add_option("--findings", options->findings, "folder for findings")->capture_default_str();
  command->add_option("--known", options->known,
                      fmt::format("folder of known findings [{}, where there is one]", reports::known_folder));
  command->add_flag("--new-only", options->new_only, "known findings neither end the search nor give exit code 1");
  command->add_option("--report", options->report, "write pages of the findings and of the run to this folder");
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = fuzz(*options); });
}

}  // namespace tailbound::fuzz::cli

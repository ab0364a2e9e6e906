#include "fuzz/cli/report_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "fuzz/campaign/child.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/campaign/replay.hpp"
#include "fuzz/cli/load.hpp"
#include "reports/files.hpp"
#include "reports/finding_file.hpp"
#include "reports/html/finding_page.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

namespace fs = std::filesystem;
using reports::FindingState;
using reports::ReportedFinding;

/// Exit codes of the process that judges a finding again and writes its pages.
constexpr int written = 0;
constexpr int agrees = 1;
constexpr int not_judged = 3;
constexpr int not_written = 4;

/// Between process and parent: the row's fields and a trouble, by unit separators.
constexpr char separator = '\x1f';

std::string packed(const ReportedFinding& row, const std::string& trouble) {
  std::string out;
  for (const std::string* part : {&row.sentence, &row.signature, &row.property, &row.kind, &row.detail,
                                  &row.engine, &row.scheme, &row.replay, &trouble})
    (out += *part) += separator;
  return out;
}

std::string unpack(const std::string& message, ReportedFinding& row) {
  std::string trouble;
  std::size_t at = 0;
  for (std::string* part : {&row.sentence, &row.signature, &row.property, &row.kind, &row.detail, &row.engine,
                            &row.scheme, &row.replay, &trouble}) {
    const std::size_t end = std::min(message.find(separator, at), message.size());
    *part = message.substr(at, end - at);
    at = std::min(end + 1, message.size());
  }
  return trouble;
}

class Folder {
 public:
  explicit Folder(const ReportRequest& request) : request_(request), folder_(request.folder) {}

  ReportEnd write() {
    if (const auto ready = reports::prepare_folder(folder_); !ready) {
      complain("--out: " + ready.error());
      return {Exit::could_not_run, {}};
    }
    end_.report.facts = request_.facts;
    end_.report.scenarios = request_.scenarios;
    end_.report.outcomes = request_.outcomes;
    for (const std::string& file : request_.files) add(file);
    keep("index.html", reports::report_html(end_.report));
    keep("report.md", reports::report_markdown(end_.report));
    keep("report.json", reports::report_json(end_.report));
    keep("report.sarif", reports::report_sarif(end_.report));
    return std::move(end_);
  }

 private:
  void add(const std::string& file) {
    const auto text = load_text(file);
    const auto finding = text ? load_finding(file) : std::nullopt;
    if (!finding) {
      worsen(Exit::bad_input);
      end_.report.findings.push_back({.state = FindingState::bad_file,
                                      .file = file,
                                      .page = {},
                                      .sentence = file + ": no finding",
                                      .signature = {},
                                      .property = {},
                                      .kind = {},
                                      .detail = {},
                                      .engine = {},
                                      .scheme = {},
                                      .replay = {}});
      return;
    }
    const std::string stem = fresh_stem(fs::path(file).stem().string());
    const ChildEnd child =
        in_child([&](std::string& message) { return judge_and_write(*finding, file, *text, stem, message); });
    ReportedFinding row;
    row.file = file;
    if (child.signal != 0) add_death(*finding, child.signal, file, *text, stem, row);
    else take(*finding, child, stem, row);
    if (!request_.quiet)
      fmt::print("{}: {}\n", row.page.empty() ? file : (folder_ / row.page).string(), row.sentence);
    end_.report.findings.push_back(std::move(row));
  }

  void take(const reports::FindingFile& finding, const ChildEnd& child, const std::string& stem,
            ReportedFinding& row) {
    const reports::FindingRecord& record = finding.record;
    if (child.exit_code == written || child.exit_code == not_written) {
      if (const std::string trouble = unpack(child.message, row); !trouble.empty()) complain(trouble);
      const std::string word = fmt::format("{}-{}", row.property, spaces_as_dashes(row.kind));
      row.state = word == record.verdict ? FindingState::same : FindingState::other;
      if (child.exit_code == written) row.page = stem + ".html";
      else worsen(Exit::could_not_run);
      return;
    }
    row.signature = record.signature;
    row.scheme = record.scheme;
    row.engine = record.engine;
    if (child.exit_code == agrees) {
      row.state = FindingState::agrees;
      row.sentence = fmt::format("agrees now (recorded: {}: {})", record.verdict, record.detail);
    } else {
      row.state = FindingState::unable;
      row.sentence = "could not be judged again: " + child.message;
      worsen(Exit::could_not_run);
    }
    complain(fmt::format("{}: {}; it gets no page", row.file, row.sentence));
  }

  static std::string spaces_as_dashes(std::string words) {
    std::ranges::replace(words, ' ', '-');
    return words;
  }

  /// Nothing was compared: the page says what is known.
  void add_death(const reports::FindingFile& finding, int signal, const std::string& file,
                 const std::string& text, const std::string& stem, ReportedFinding& row) {
    reports::Finding death;
    death.scenario = finding.scenario;
    death.verdict = process_died(signal);
    death.engines = finding.record.engines;
    death.engine.name = finding.record.engine;
    death.scheme = finding.record.scheme;
    death.oracles = finding.record.oracles;
    death.recorded = true;
    const bool same = reports::verdict_word(death.verdict) == finding.record.verdict;
    row = reports::reported(death, file, same ? FindingState::same : FindingState::other);
    std::string trouble;
    if (pages(death, finding.record, file, text, stem, trouble)) row.page = stem + ".html";
    else worsen(Exit::could_not_run);
    if (!trouble.empty()) complain(trouble);
  }

  int judge_and_write(const reports::FindingFile& file, const std::string& path, const std::string& text,
                      const std::string& stem, std::string& message) const {
    auto engines = make_engines({.engines = file.record.engines, .scheme = file.record.scheme});
    if (!engines) {
      message = engines.error();
      return not_judged;
    }
    Judge judge(std::move(*engines), file.record.oracles);
    judge.sampled(true);
    auto finding = investigate(judge, file.scenario, false, true);
    if (!finding) {
      message = silent_engines(judge);
      return message.empty() ? agrees : not_judged;
    }
    finding->scheme = file.record.scheme;
    finding->stage = file.record.stage;
    finding->blame = file.record.blame;
    finding->recorded = true;
    std::string trouble;
    const bool kept = pages(*finding, file.record, path, text, stem, trouble);
    message = packed(reports::reported(*finding, path, FindingState::same), trouble);
    return kept ? written : not_written;
  }

  bool pages(const reports::Finding& finding, const reports::FindingRecord& record, const std::string& file,
             const std::string& text, const std::string& stem, std::string& trouble) const {
    const reports::FindingPage page =
        reports::finding_page(finding, {.file = file, .file_text = text, .found_by = record.found_by});
    trouble = page.trouble;
    for (const auto& [name, content] :
         {std::pair{stem + ".html", page.html},
          std::pair{stem + ".md", reports::finding_markdown(finding, file)},
          std::pair{stem + ".json", reports::finding_json(finding, file) + "\n"}}) {
      const auto done = reports::write_file(folder_ / name, content);
      if (!done) trouble = done.error();
      if (!done) return false;
    }
    return true;
  }

  void keep(const std::string& name, const std::string& content) {
    if (const auto done = reports::write_file(folder_ / name, content); !done) {
      complain(done.error());
      worsen(Exit::could_not_run);
    }
  }

  /// Pages of files with one name in two folders stand side by side; none takes the name of a page of all.
  std::string fresh_stem(const std::string& wanted) {
    std::string stem = wanted;
    for (int n = 2; stem == "index" || stem == "report" || !stems_.insert(stem).second; ++n)
      stem = fmt::format("{}-{}", wanted, n);
    return stem;
  }

  void worsen(Exit exit) {
    if (end_.exit == Exit::holds || exit == Exit::bad_input) end_.exit = exit;
  }

  const ReportRequest& request_;
  fs::path folder_;
  std::set<std::string> stems_;
  ReportEnd end_;
};

}  // namespace

ReportEnd write_report(const ReportRequest& request) { return Folder(request).write(); }

}  // namespace tailbound::fuzz::cli

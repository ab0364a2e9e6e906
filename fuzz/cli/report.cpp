// tailbound report
#include <fmt/format.h>

#include <memory>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/report_folder.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> files;
  std::string folder;
  bool json = false;
};

Exit report(const ReportOptions& options) {
  const ReportEnd end =
      write_report({.files = options.files, .folder = options.folder, .facts = {}, .quiet = options.json});
  if (options.json) fmt::print("{}", reports::report_json(end.report));
  return end.exit;
}

constexpr const char* lesson =
    "Judges each finding again and writes a page of it (HTML, Markdown, JSON), and index.html, report.md, "
    "report.json\n"
    "and report.sarif of all. Pages stand alone: no script, nothing from elsewhere. Exit 0: all is written, "
    "also of a\n"
    "finding that agrees now, which the page of all says.\n"
    "  ./tailbound report findings/*.graph --out report\n"
    "  ./tailbound fuzz --scheme by-value --report report";

}  // namespace

void add_report(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("report", "findings as pages: why, traces, stacks, code, how to run them again");
  command->footer(lesson);
  command->add_option("findings", options->files, "findings that fuzz wrote")->required();
  command->add_option("--out", options->folder, "folder for the pages")->required();
  command->add_flag("--json", options->json, "report.json on standard output too, and nothing else");
  command->callback([options, &exit] { exit = report(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound reproduce
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "fuzz/campaign/replay.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "reports/files.hpp"
#include "reports/reproduce/reproduce.hpp"

namespace tailbound::fuzz::cli {

namespace {

namespace fs = std::filesystem;

struct ReproduceOptions {
  std::string finding;
  std::string form = "c";
  std::string out;
};

std::string form_names() {
  std::string names;
  for (const reports::ReproducerForm& form : reports::reproducer_forms())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", form.name);
  return names;
}

bool write(const fs::path& path, const std::string& content) {
  const auto written = reports::write_file(path, content);
  if (!written) complain(written.error());
  return written.has_value();
}

/// One file takes the name that was asked for; several keep theirs, in the folder that was asked for.
Exit keep(const reports::Reproducer& made, const reports::ReproducerForm& form, const std::string& out) {
  if (out.empty()) {
    for (const reports::ReproducerFile& file : made)
      fmt::print("{}{}", made.size() > 1 ? fmt::format("// --- {}\n", file.path) : "", file.content);
    return Exit::holds;
  }
  for (const reports::ReproducerFile& file : made) {
    const fs::path path = made.size() > 1 ? fs::path(out) / file.path : fs::path(out);
    if (!write(path, file.content)) return Exit::could_not_run;
    fmt::print("{}: {}\n", path.string(), form.summary);
  }
  return Exit::holds;
}

/// What changed since the finding was written is said, not hidden.
void compare_with_today(const std::string& path, const reports::FindingFile& finding) {
  const ReplayEnd end = replay(finding);
  if (end.result == Replayed::same) return;
  const std::string now = end.result == Replayed::agrees  ? "agrees now"
                          : end.result == Replayed::other ? "another verdict now: " + end.verdict
                                                          : "could not be judged again: " + end.detail;
  complain(fmt::format("{}: {} (recorded: {}); the reproducer is made all the same", path, now,
                       finding.record.verdict));
}

Exit reproduce(const ReproduceOptions& options) {
  const reports::ReproducerForm* const form = reports::find_reproducer_form(options.form);
  if (form == nullptr) {
    complain(fmt::format("--as: unknown form '{}'; expected {}", options.form, form_names()));
    return Exit::bad_input;
  }
  if (!form->text && options.out.empty()) {
    complain(fmt::format("--as {}: not for a terminal; expected --out FILE", form->name));
    return Exit::bad_input;
  }
  auto finding = load_finding(options.finding);
  if (!finding) return Exit::bad_input;
  compare_with_today(options.finding, *finding);
  const std::string name = fs::path(options.out.empty() ? options.finding : options.out).stem().string();
  const auto made = form->make(reports::subject_of(std::move(*finding), name));
  if (!made) {
    complain(fmt::format("--as {}: {}", form->name, made.error()));
    return Exit::could_not_run;
  }
  return keep(*made, *form, options.out);
}

std::string lesson() {
  std::string out;
  for (const reports::ReproducerForm& form : reports::reproducer_forms())
    out += fmt::format("  {:<10}{}\n", form.name, form.summary);
  return out +
         "Each expects what the model says, prints what it saw and exits with 0 (as expected), 1 (not) or 3.\n"
         "  ./tailbound reproduce findings/x.graph --as c --out x.c && cc -static -o x x.c && sudo ./x\n"
         "  ./tailbound reproduce findings/x.graph --as selftest --out selftests";
}

}  // namespace

void add_reproduce(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ReproduceOptions>();
  CLI::App* command = app.add_subcommand("reproduce", "a finding as something that runs without tailbound");
  command->footer(lesson());
  command->add_option("finding", options->finding, "a finding that fuzz wrote")->required();
  command->add_option("--as", options->form, form_names())->capture_default_str();
  command->add_option("--out", options->out,
                      "where to: a file, or a folder where the form has several files [standard output]");
  command->callback([options, &exit] { exit = reproduce(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound schemes
#include <fmt/format.h>

#include <memory>

#include "fuzz/cli/cli.hpp"
#include "reports/schemes/describe.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct SchemesOptions {
  bool markdown = false;
  bool names = false;
  jit::Arch arch = jit::Arch::x86_64;
  std::string evidence = std::string(reports::evidence_folder);
};

Exit show(const SchemesOptions& options) {
  if (options.names) {
    for (const jit::SchemeView& scheme : jit::schemes_of(options.arch)) fmt::print("{}\n", scheme.identity.name);
    return Exit::holds;
  }
  if (!options.markdown) {
    fmt::print("{}", reports::scheme_table(jit::all_schemes()));
    return Exit::holds;
  }
  const auto evidence = reports::load_evidence(options.evidence);
  if (!evidence) {
    complain(evidence.error());
    return Exit::bad_input;
  }
  fmt::print("{}", reports::scheme_document(jit::all_schemes(), *evidence));
  return Exit::holds;
}

constexpr const char* lesson =
    "Every way of counting that the JIT can emit: kernel generations, drafts and rejected designs.\n"
    "  ./tailbound schemes\n"
    "  ./tailbound schemes --markdown > docs/schemes.md    run it in the root of the project";

}  // namespace

void add_schemes(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<SchemesOptions>();
  CLI::App* command = app.add_subcommand("schemes", "list the designs of counting that the JIT can emit");
  command->footer(lesson);
  CLI::Option* markdown =
      command->add_flag("--markdown", options->markdown, "the document, with verdicts and counterexamples");
  command->add_flag("--names", options->names, "names alone, one a line")->excludes(markdown);
  add_arch(*command, options->arch, "whose names, with --names");
  command->add_option("--evidence", options->evidence, "folder of counterexamples and searches, for --markdown")
      ->capture_default_str();
  command->callback([options, &exit] { exit = show(*options); });
}

}  // namespace tailbound::fuzz::cli

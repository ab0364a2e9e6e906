// tailbound show
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"
#include "reports/disassembly.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct ShowOptions {
  std::string file;
  std::string scheme = "pointer";
};

/// On a terminal alone, and not where NO_COLOR asks for none (no-color.org).
reports::Colours colours() {
  const char* const refused = std::getenv("NO_COLOR");
  const bool on = isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0');
  return on ? reports::Colours::on : reports::Colours::off;
}

Exit show(const ShowOptions& options) {
  const x86_64::Scheme* const scheme = x86_64::find_scheme(options.scheme);
  if (scheme == nullptr) {
    complain(fmt::format("unknown scheme '{}'; expected {}", options.scheme, scheme_names()));
    return Exit::bad_input;
  }
  const auto scenario = load_scenario(options.file);
  if (!scenario) return Exit::bad_input;
  const bpf::Lowered lowered = bpf::lower(*scenario);
  x86_64::Compiler compiler;
  jit::Image image;
  for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) {
    if (const auto done = compiler.compile(lowered.programs[p], *scheme, {}, image); !done) {
      complain(fmt::format("program {}: {}", scenario->programs[p].name(), done.error().text()));
      return Exit::could_not_run;
    }
    fmt::print("{}{}", p == 0 ? "" : "\n", reports::disassembly(*scenario, lowered, p, image, colours()));
  }
  return Exit::holds;
}

constexpr const char* lesson =
    "As compiled, before it is linked: names stand where addresses come in. Offsets count from the program's "
    "start.\n"
    "  ./tailbound show corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph\n"
    "  ./tailbound show corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph --scheme by-value";

}  // namespace

void add_show(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command =
      app.add_subcommand("show", "machine code of a scenario's programs, beside the BPF instructions");
  command->footer(lesson);
  command->add_option("file", options->file, "a .graph file (docs/graph.md)")->required();
  command->add_option("--scheme", options->scheme, "how the JIT counts: " + scheme_names())
      ->capture_default_str();
  command->callback([options, &exit] { exit = show(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound show
#include <fmt/format.h>

#include <memory>
#include <string>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/colours.hpp"
#include "fuzz/cli/load.hpp"
#include "jit/schemes.hpp"
#include "reports/disassembly.hpp"
#include "reports/files.hpp"
#include "reports/json/json.hpp"
#include "reports/picture/picture.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct ShowOptions {
  std::string file;
  std::string scheme = "pointer";
  jit::Arch arch = jit::Arch::x86_64;
  std::string svg;
  std::string dot;
  bool code = false;
  bool json = false;
};

Exit code(const bpf::Scenario& scenario, const jit::SchemeView& scheme) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  jit::Image image;
  for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) {
    if (const auto done = jit::compile(scheme, lowered.programs[p], {}, image); !done) {
      complain(fmt::format("program {}: {}", scenario.programs[p].name(), done.error().text()));
      return Exit::could_not_run;
    }
    fmt::print("{}{}", p == 0 ? "" : "\n", reports::disassembly(scenario, lowered, p, image, colours()));
  }
  return Exit::holds;
}

bool write(const std::string& file, std::string_view content) {
  const auto written = reports::write_file(file, content);
  if (!written) complain(written.error());
  return written.has_value();
}

/// False, with a complaint, when a file could not be made.
bool write_drawings(const ShowOptions& options, const reports::Picture& picture) {
  const std::string dot = reports::dot_of(picture);
  if (!options.dot.empty() && !write(options.dot, dot)) return false;
  if (options.svg.empty()) return true;
  const auto svg = reports::svg_of(dot);
  if (!svg) complain(svg.error());
  return svg && write(options.svg, *svg);
}

Exit show(const ShowOptions& options) {
  const jit::SchemeView* const scheme = scheme_or_complain(options.arch, options.scheme);
  if (scheme == nullptr) return Exit::bad_input;
  const auto scenario = load_scenario(options.file);
  if (!scenario) return Exit::bad_input;
  const reports::Picture picture = reports::picture_of(*scenario, *scheme);
  if (!write_drawings(options, picture)) return Exit::could_not_run;
  if (options.code) return code(*scenario, *scheme);
  if (options.json) fmt::print("{}\n", reports::picture_json(picture, options.file));
  else fmt::print("{}", reports::text_of(picture));
  return Exit::holds;
}

constexpr const char* lesson =
    "Draws who calls whom, where tail calls lead and how often each was taken or refused (as the model walks the\n"
    "runs), and what each frame holds on the machine stack.\n"
    "  ./tailbound show corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph\n"
    "  ./tailbound show FILE.graph --svg FILE.svg          the same graph as a picture\n"
    "  ./tailbound show FILE.graph --code --scheme by-value\n"
    "  ./tailbound show FILE.graph --code --arch arm64\n"
    "The machine code is shown as compiled, before it is linked: names stand where addresses come in. Offsets\n"
    "count from the program's start.";

}  // namespace

void add_show(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "a scenario's hierarchy and frames, or its machine code");
  command->footer(lesson);
  command->add_option("file", options->file, "a .graph file (docs/graph.md)")->required();
  command->add_option("--scheme", options->scheme, "how the JIT counts: " + scheme_names())
      ->capture_default_str();
  add_arch(*command, options->arch, "whose frames and machine code");
  CLI::Option* const code =
      command->add_flag("--code", options->code, "the machine code instead, beside the BPF instructions");
  command->add_flag("--json", options->json, "the graph as one JSON object")->excludes(code);
  command->add_option("--svg", options->svg, "write the graph to this SVG file, drawn by Graphviz");
  command->add_option("--dot", options->dot, "write the graph to this file, in Graphviz' language");
  command->callback([options, &exit] { exit = show(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound dump
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/colours.hpp"
#include "fuzz/cli/image_options.hpp"
#include "fuzz/cli/load.hpp"
#include "oracles/engine/kernel/dump_of.hpp"
#include "oracles/fidelity/examine.hpp"
#include "reports/dump/dump_report.hpp"
#include "reports/names.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct DumpOptions {
  ImageOptions images;
  std::string file;
  std::optional<std::uint32_t> program_id;
  bool json = false;
};

using Reports = std::vector<reports::DumpReport>;

reports::DumpReport report(fidelity::Examined&& examined) {
  return {.program = {},
          .id = 0,
          .functions = {},
          .kernel = std::move(examined.kernel),
          .ours = std::move(examined.ours),
          .not_compiled = std::move(examined.not_compiled),
          .differences = std::move(examined.differences)};
}

/// By the functions of the scenario that the kernel's stand for.
std::vector<std::string> function_names(const dump::ProgramDump& program, const bpf::Bytecode& lowered,
                                        const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const dump::DumpedFunction& f : program.functions) {
    const bool known = f.source && *f.source < lowered.functions.size();
    out.push_back(known ? names[lowered.functions[*f.source].id] : fmt::format("function {}", out.size()));
  }
  return out;
}

std::optional<Reports> of_scenario(const DumpOptions& options, const bpf::Scenario& scenario,
                                   ImageSource& images) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  const auto dumped = images.source->dump(lowered, true);
  if (!dumped) {
    complain(fmt::format("{}: {}", options.file, dumped.error()));
    return std::nullopt;
  }
  const std::vector<std::string> names = reports::function_names(scenario);
  Reports all;
  for (std::size_t p = 0; p < dumped->programs.size(); ++p) {
    const dump::Source source(lowered.programs[p]);
    auto examined = fidelity::examine(dumped->programs[p], images.recognised, &source);
    if (!examined) {
      complain(fmt::format("program {}: {}", scenario.programs[p].name(), examined.error()));
      return std::nullopt;
    }
    all.push_back(report(std::move(*examined)));
    all.back().program = scenario.programs[p].name();
    all.back().functions = function_names(dumped->programs[p], lowered.programs[p], names);
  }
  return all;
}

std::optional<Reports> of_program(std::uint32_t id, const ImageSource& images) {
  const auto dumped = engine::kernel::dump_program(id);
  if (!dumped) {
    complain(dumped.error());
    return std::nullopt;
  }
  const dump::ProgramDump& program = dumped->programs[0];
  auto examined = fidelity::examine(program, images.recognised);
  if (!examined) {
    complain(fmt::format("program {}: {}", id, examined.error()));
    return std::nullopt;
  }
  Reports all;
  all.push_back(report(std::move(*examined)));
  all[0].program = program.name.empty() ? fmt::format("program {}", id) : program.name;
  all[0].id = id;
  for (std::size_t f = 0; f < program.functions.size(); ++f)
    all[0].functions.push_back(f == 0 ? all[0].program : fmt::format("{}.function {}", all[0].program, f));
  return all;
}

Exit print(const Reports& all, const reports::DumpHead& head, bool json) {
  if (json) {
    fmt::print("{}\n", reports::dump_json(all, head));
    return Exit::holds;
  }
  fmt::print("{}\n", reports::dump_head_text(head));
  for (const reports::DumpReport& each : all) fmt::print("\n{}", reports::dump_text(each, head, colours()));
  return Exit::holds;
}

Exit dump_images(const DumpOptions& options) {
  if (options.file.empty() != options.program_id.has_value()) {
    complain("expected a .graph file or --program-id");
    return Exit::bad_input;
  }
  if (options.program_id && options.images.engine != "kernel") {
    complain("--program-id is of the running kernel; expected --engine kernel");
    return Exit::bad_input;
  }
  std::optional<bpf::Scenario> scenario;
  if (!options.file.empty() && !(scenario = load_scenario(options.file))) return Exit::bad_input;
  auto images = open_images(options.images);
  if (!images) return images.error().bad_input ? Exit::bad_input : Exit::could_not_run;
  const auto all =
      scenario ? of_scenario(options, *scenario, *images) : of_program(*options.program_id, *images);
  if (!all) return Exit::could_not_run;
  return print(*all, {.kernel = images->kernel, .machine = images->machine, .recognised = images->recognised},
               options.json);
}

constexpr const char* lesson =
    "Loads a scenario's programs into a kernel (nothing is run), reads back what the kernel compiled, and "
    "prints it\n"
    "under the instructions as the kernel rewrote them, beside what tailbound's own JIT makes of the same\n"
    "instructions: '=' where both are the same, else ours.\n"
    "  ./tailbound dump corpus/selftests/tailcall_bpf2bpf_hierarchy_1.graph\n"
    "  ./tailbound dump --program-id 42      a program that is loaded in the running kernel already\n"
    "'(was N)' is an instruction's index before the kernel rewrote the program. Reading images takes root.";

}  // namespace

void add_dump(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<DumpOptions>();
  CLI::App* command = app.add_subcommand("dump", "a kernel's machine code of a scenario, beside ours");
  command->footer(lesson);
  command->add_option("file", options->file, "a .graph file (docs/graph.md)");
  command->add_option("--program-id", options->program_id, "a loaded program instead, by the kernel's number");
  options->images.add(*command);
  command->add_flag("--json", options->json, "one JSON object instead of text");
  command->callback([options, &exit] { exit = dump_images(*options); });
}

}  // namespace tailbound::fuzz::cli

// tailbound plugin
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "fuzz/campaign/child.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/plugin/plugin.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/object/object.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct PluginOptions {
  std::string memory;
  std::string program;
  std::string engine = "interpreter";
  bool elf = false;
};

/// The first line of standard input, as far as a program can be long: two digits and a space a byte.
std::string first_line() {
  constexpr std::size_t most = 3 * std::max(std::size_t{8} * bpf::max_insns, bpf::object_cap::file_bytes);
  std::string line;
  for (int c = std::getchar(); c != EOF && c != '\n' && line.size() <= most; c = std::getchar()) {
    line.push_back(static_cast<char>(c));
  }
  return line;
}

Exit plugin(const PluginOptions& options, bool program_given) {
  const std::string program = program_given ? options.program : first_line();
  const ChildEnd end = in_child([&](std::string& message) {
    constexpr unsigned seconds = 20;  // for a program that breaks the engine's own limits
    ::alarm(seconds);
    PluginAnswer got = answer(
        {.memory = options.memory, .program = program, .elf = options.elf, .engine = options.engine});
    message = std::move(got.text);
    return got.exit_code;
  });
  if (end.signal != 0) {
    complain(fmt::format("the engine ended with signal {}", end.signal));
    return Exit::finding;
  }
  if (end.exit_code == 0) fmt::print("{}\n", end.message);
  else complain(end.message);
  return static_cast<Exit>(end.exit_code);
}

constexpr const char* lesson =
    "The protocol of the public BPF conformance suite. The program (one line of hex, 8 bytes an instruction, or\n"
    "with --elf an ELF file) comes on standard input, or with --program. r1 is the address of the memory, r2 its\n"
    "length; r0 is printed as hex.\n"
    "Exit codes: 0 ran, 1 fault or no end (the reason is on standard error), 2 bad input, 3 could not run.\n"
    "  echo 'bf20000000000000 9500000000000000' | ./tailbound plugin 'aa bb 11'\n"
    "  ./tailbound plugin --engine x86_64 --program 'b70000002a000000 9500000000000000'";

}  // namespace

void add_plugin(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<PluginOptions>();
  CLI::App* command = app.add_subcommand("plugin", "run one program for a BPF conformance suite");
  command->footer(lesson);
  command->add_option("memory", options->memory,
                      "hex bytes that the program may read and write; spaces allowed");
  CLI::Option* program = command->add_option("--program", options->program, "hex of the program");
  command->add_option("--engine", options->engine, "what runs it: " + engine_names())->capture_default_str();
  command->add_flag("--elf", options->elf, "the program is the hex of an ELF file (docs/objects.md)");
  command->callback([options, program, &exit] { exit = plugin(*options, program->count() != 0); });
}

}  // namespace tailbound::fuzz::cli

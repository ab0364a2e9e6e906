// From a file and options to an object with its events.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <span>

#include "fuzz/cli/load.hpp"
#include "fuzz/cli/run_object.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"

namespace tailbound::fuzz::cli {

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::vector<std::string> program_names(const bpf::Scenario& names) {
  std::vector<std::string> all;
  for (const bpf::Program& program : names.programs) all.push_back(program.name());
  return all;
}

/// Where nothing says what to run.
std::optional<std::string> only_program(const bpf::Scenario& names) {
  const std::vector<std::string> all = program_names(names);
  if (all.size() == 1) return all.front();
  return std::ranges::find(all, "entry") != all.end() ? std::optional<std::string>("entry") : std::nullopt;
}

std::optional<bpf::Scenario> events_from_file(const ObjectOptions& options, const bpf::Scenario& names) {
  const auto text = load_text(options.events_file);
  if (!text) return std::nullopt;
  auto events = bpf::parse_events(*text, names);
  if (events) return std::move(*events);
  complain(options.events_file + ":" + events.error().text());
  return std::nullopt;
}

std::optional<bpf::Scenario> events_from_options(const std::string& path, const ObjectOptions& options,
                                                 const bpf::Scenario& names) {
  std::vector<std::string> lines = options.events();
  if (lines.empty()) {
    const auto program = only_program(names);
    if (!program) {
      complain(fmt::format("{}: which program? expected --run NAME or --events FILE; programs are {}", path,
                           fmt::join(program_names(names), ", ")));
      return std::nullopt;
    }
    lines.push_back("run " + *program);
  }
  for (const std::string& line : lines) {
    if (line.find_first_of("\n;") == std::string::npos) continue;
    complain(fmt::format("--{}: one event an option", line));
    return std::nullopt;
  }
  auto events = bpf::parse_events(fmt::format("{}\n", fmt::join(lines, "\n")), names);
  if (events) return std::move(*events);
  const std::size_t at = std::min<std::size_t>(events.error().line, lines.size()) - 1;
  complain(fmt::format("--{}: {}", lines[at], events.error().message));
  return std::nullopt;
}

}  // namespace

bool is_object_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic(4, '\0');
  return file.read(magic.data(), 4) && bpf::is_object(bytes_of(magic));
}

std::optional<bpf::PreparedObject> load_object(const std::string& path, const ObjectOptions& options) {
  const auto text = reports::read_file(path, bpf::object_cap::file_bytes);
  if (!text) {
    complain(text.error());
    return std::nullopt;
  }
  const auto fault = [&](const bpf::ObjectError& error) {
    complain(path + ": " + error.text());
    return std::nullopt;
  };
  const auto object = bpf::read_object(bytes_of(*text));
  if (!object) return fault(object.error());
  bpf::PrepareOptions prepare;
  if (options.packet) prepare.packet = *options.packet;
  auto prepared = bpf::prepare(*object, prepare);
  if (!prepared) return fault(prepared.error());
  auto names = options.events_file.empty() ? events_from_options(path, options, prepared->names)
                                           : events_from_file(options, prepared->names);
  if (!names) return std::nullopt;
  prepared->names = std::move(*names);
  if (options.fuel) prepared->names.fuel = *options.fuel;
  return std::move(*prepared);
}

}  // namespace tailbound::fuzz::cli

// tailbound results
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/load.hpp"
#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/job_taker.hpp"
#include "oracles/engine/kernel/refused_programs.hpp"
#include "reports/files.hpp"
#include "reports/json/json.hpp"
#include "reports/results.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;
namespace kernel = engine::kernel;

struct ResultsOptions {
  EngineOptions engines;
  std::string corpus = "corpus/selftests";
  std::string out;
  bool json = false;
};

struct Rows {
  std::vector<std::string> names;
  std::vector<bpf::Scenario> scenarios;
};

std::optional<Rows> load_rows(const std::string& folder) {
  std::error_code trouble;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, trouble)) {
    if (entry.path().extension() == ".graph") files.push_back(entry.path());
  }
  if (trouble || files.empty()) {
    complain(fmt::format("--corpus: {}: {}, expected a folder of .graph files", folder,
                         trouble ? trouble.message() : "no .graph file"));
    return std::nullopt;
  }
  std::ranges::sort(files);
  Rows rows;
  for (const std::filesystem::path& file : files) {
    auto scenario = load_scenario(file.string());
    if (!scenario) return std::nullopt;
    rows.names.push_back(file.stem().string());
    rows.scenarios.push_back(std::move(*scenario));
  }
  return rows;
}

/// Programs that must be refused, on a kernel.
std::optional<reports::Refusals> refusals_of(engine::Engine& engine) {
  auto* const taker = dynamic_cast<kernel::JobTaker*>(&engine);
  if (taker == nullptr) return std::nullopt;
  reports::Refusals refusals;
  unsigned major = 0;
  unsigned minor = 0;
  const std::string release(taker->release());
  if (std::sscanf(release.c_str(), "%u.%u", &major, &minor) != 2) {
    refusals.faults.push_back("its release is not known: " + release);
    return refusals;
  }
  for (const kernel::RefusedProgram& row : kernel::refused_programs()) {
    ++refusals.rows;
    const auto reply = taker->execute(row.request());
    std::string fault = reply ? kernel::refusal_fault(row, reply->answers.at(0), major, minor)
                              : fmt::format("{}: {}", row.name, reply.error());
    if (!fault.empty()) refusals.faults.push_back(fault.substr(0, fault.find('\n')));
  }
  return refusals;
}

reports::ResultColumn column_of(engine::Engine& engine, const Rows& rows) {
  reports::ResultColumn column;
  for (std::size_t r = 0; r < rows.scenarios.size(); ++r) {
    if (::isatty(STDERR_FILENO) != 0)
      fmt::print(stderr, "\r{} {}/{} ", engine.identity().name, r + 1, rows.scenarios.size());
    const Observation& seen = engine.run_one(bpf::lower(rows.scenarios[r]));
    column.cells.push_back(compare_with_expectations(rows.scenarios[r], engine.identity(), seen));
  }
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
  column.refusals = refusals_of(engine);
  // After it ran: a guest's release is known by then.
  column.engine = engine.identity().text();
  column.profile = engine.identity().profile->name;
  column.by_value = engine.identity().by_value;
  return column;
}

ordered_json json_of(const reports::Results& results) {
  ordered_json engines = ordered_json::array();
  for (const reports::ResultColumn& column : results.columns) {
    ordered_json cells = ordered_json::array();
    for (std::size_t r = 0; r < results.rows.size(); ++r) {
      const Comparison& cell = column.cells[r];
      cells.push_back({{"scenario", results.rows[r]},
                       {"outcome", name(cell.outcome)},
                       {"difference", cell.difference},
                       {"explanation", cell.explanation}});
    }
    ordered_json row = {
        {"name", column.engine}, {"profile", column.profile}, {"rows", cells}, {"refused", nullptr}};
    if (column.refusals)
      row["refused"] = {{"rows", column.refusals->rows}, {"faults", column.refusals->faults}};
    engines.push_back(std::move(row));
  }
  return {{"holds", results.hold()}, {"engines", engines}};
}

bool any_unavailable(const reports::Results& results) {
  return std::ranges::any_of(results.columns, [](const reports::ResultColumn& column) {
    return std::ranges::all_of(
        column.cells, [](const Comparison& cell) { return cell.outcome == Comparison::Outcome::unavailable; });
  });
}

Exit run_results(const ResultsOptions& options) {
  EngineChoice choice;
  if (!options.engines.read(choice)) return Exit::bad_input;
  const auto rows = load_rows(options.corpus);
  if (rows && !prepare(choice)) return Exit::could_not_run;
  if (!rows) return Exit::bad_input;
  auto engines = make_engines(choice);
  if (!engines) {
    complain(engines.error());
    return Exit::bad_input;
  }
  reports::Results results{.rows = rows->names, .columns = {}};
  for (const auto& engine : *engines) {
    results.columns.push_back(column_of(*engine, *rows));
  }
  const std::string document = reports::results_document(results);
  if (options.out.empty() && !options.json) fmt::print("{}", document);
  if (!options.out.empty()) {
    if (const auto written = reports::write_file(options.out, document); !written) {
      complain("--out: " + written.error());
      return Exit::bad_input;
    }
  }
  if (options.json) fmt::print("{}\n", reports::dump(json_of(results)));
  if (!results.hold()) return Exit::finding;
  if (choice.by_default || !any_unavailable(results)) return Exit::holds;
  complain("an engine ran none of the scenarios; the table says why");
  return Exit::could_not_run;
}

constexpr const char* lesson =
    "Runs scenarios that say what they expect on every engine, and the programs that a kernel must refuse. A "
    "difference\n"
    "that the engine's profile and design explain in every word is none; exit 1 where one is left.\n"
    "  ./tailbound results --engine interpreter,x86_64,kernel\n"
    "  ./tailbound results --engine x86_64,kernel --out docs/results.md";

}  // namespace

void add_results(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<ResultsOptions>();
  CLI::App* command =
      app.add_subcommand("results", "the kernel's selftests on engines, expected against observed");
  command->footer(lesson);
  options->engines.add(*command);
  command->add_option("--corpus", options->corpus, "folder of .graph files with expectations")
      ->capture_default_str();
  command->add_option("--out", options->out, "file for the document, in place of standard output");
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = run_results(*options); });
}

}  // namespace tailbound::fuzz::cli

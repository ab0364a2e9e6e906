// tailbound check-proofs
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "fuzz/cli/cli.hpp"
#include "oracles/proof/check.hpp"
#include "oracles/proof/trust.hpp"

namespace tailbound::fuzz::cli {

namespace {

using proof::Checked;

void show_progress(std::size_t done, std::size_t all) {
  if (isatty(STDERR_FILENO) == 0) return;
  if (done < all) fmt::print(stderr, "\r{} of {} checks\x1b[K", done, all);
  else fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

Exit check_proofs(const std::string& folder) {
  const auto start = std::chrono::steady_clock::now();
  const auto files = proof::read_export(folder);
  if (!files) {
    complain(files.error());
    return Exit::bad_input;
  }
  const unsigned at_once = std::max(1U, std::thread::hardware_concurrency());
  const smt::Asker asker({}, smt::Cache(), at_once);
  const auto checked = proof::check_export(*files, asker, at_once, show_progress);
  std::size_t certificates = 0, answers = 0, contradicted = 0, failed = 0;
  for (const Checked& one : checked) {
    if (one.kind == Checked::Kind::agrees) {
      ++(one.by == "certificate" ? certificates : answers);
      continue;
    }
    ++(one.kind == Checked::Kind::contradicts ? contradicted : failed);
    fmt::print("{}: {}: {}\n", one.name, one.by, one.why);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} files as the manifest says; {} answers and {} certificates agree, {} contradict, {} failed, {:.1f} "
      "s\n",
      files->size(), answers, certificates, contradicted, failed, seconds.count());
  if (asker.version(smt::Solver::cvc5).empty()) fmt::print("cvc5 is missing: its answers are too\n");
  fmt::print("{}", proof::what_is_trusted());
  if (contradicted > 0) return Exit::finding;
  return failed > 0 ? Exit::could_not_run : Exit::holds;
}

constexpr const char* lesson =
    "Needs no model, no JIT and no generator: holds the files against the manifest, asks both solvers again, "
    "and\n"
    "checks the certificate of each bit-vector query with a small checker of unit propagation.\n"
    "  ./tailbound prove --export proofs && ./tailbound check-proofs proofs\n"
    "Exit codes: 0 all agrees, 1 an answer or a certificate contradicts, 2 the folder is not as its manifest "
    "says,\n"
    "3 a solver is missing or gave no answer.";

}  // namespace

void add_check_proofs(CLI::App& app, Exit& exit) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check-proofs", "check a folder that `prove --export` wrote");
  command->footer(lesson);
  command->add_option("folder", *folder, "the folder")->required();
  command->callback([folder, &exit] { exit = check_proofs(*folder); });
}

}  // namespace tailbound::fuzz::cli

// The command line: one subcommand a file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "fuzz/campaign/engines.hpp"
#include "jit/schemes.hpp"

namespace tailbound::fuzz::cli {

/// Exit codes, the same for every subcommand.
enum class Exit : int { holds = 0, finding = 1, bad_input = 2, could_not_run = 3 };

/// Parses the arguments and runs the subcommand; gives the exit code.
int run(int argc, char** argv);

// Each adds its subcommand; `exit` gets the result when it was the one that ran.
void add_fuzz(CLI::App& app, Exit& exit);
void add_run(CLI::App& app, Exit& exit);
void add_count(CLI::App& app, Exit& exit);
void add_show(CLI::App& app, Exit& exit);
void add_dump(CLI::App& app, Exit& exit);
void add_fidelity(CLI::App& app, Exit& exit);
void add_oracles(CLI::App& app, Exit& exit);
void add_engines(CLI::App& app, Exit& exit);
void add_results(CLI::App& app, Exit& exit);
void add_replay(CLI::App& app, Exit& exit);
void add_blame(CLI::App& app, Exit& exit);
void add_reproduce(CLI::App& app, Exit& exit);
void add_report(CLI::App& app, Exit& exit);
void add_schemes(CLI::App& app, Exit& exit);
void add_plugin(CLI::App& app, Exit& exit);
void add_stack(CLI::App& app, Exit& exit);
void add_prove(CLI::App& app, Exit& exit);
void add_check_proofs(CLI::App& app, Exit& exit);

/// One line on standard error: "tailbound: MESSAGE".
void complain(std::string_view message);

/// What CLI11's conversions let through: signs and overflow, and numbers that are none.
CLI::Validator whole_number();
CLI::Validator finite_number();

/// The option --arch; `what` says for what.
void add_arch(CLI::App& command, jit::Arch& arch, const std::string& what);
/// nullptr, with a complaint, where the arch has no scheme of that name.
const jit::SchemeView* scheme_or_complain(jit::Arch arch, std::string_view name);

/// The options of guests, --guest-cpu and --guest-accelerator.
void add_guest_options(CLI::App& command, engine::vm::GuestOptions& guests);

/// The options --engine and --scheme, and those of guests.
struct EngineOptions {
  std::string engines = "interpreter,x86_64";
  std::string scheme = "pointer";
  engine::vm::GuestOptions guests;

  void add(CLI::App& command);
  /// Complains where a name is unknown.
  bool read(EngineChoice& choice) const;

 private:
  const CLI::Option* named_ = nullptr;  // --engine
};

/// What engines need once (a kernel's download), with progress on standard error. Complains where one cannot be had.
bool prepare(const EngineChoice& choice);

}  // namespace tailbound::fuzz::cli

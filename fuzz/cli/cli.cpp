#include "fuzz/cli/cli.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <vector>

namespace tailbound::fuzz::cli {

namespace {

constexpr const char* description =
    "tailbound: searches for programs on which an eBPF JIT breaks the bound of 33 tail calls.\n"
    "It builds random hierarchies of subprograms and tail calls, compiles them, runs the machine code and\n"
    "compares what it sees with a model.";

constexpr const char* lesson =
    "Try:\n"
    "  ./tailbound fuzz                                 a minute of search on the sound scheme: exit 0\n"
    "  ./tailbound fuzz --scheme by-value               what kernels up to 6.11 do: a finding within seconds\n"
    "  ./tailbound run corpus/selftests/tailcall_1.graph\n"
    "  ./tailbound replay findings/*.graph              findings again: the same verdict, or fixed\n"
    "  ./tailbound report findings/*.graph --out DIR    pages: why, traces, stacks, code, how to run it again\n"
    "  ./tailbound reproduce FINDING --as c --out x.c   as a C file, a kernel selftest, a BPF object, …\n"
    "  ./tailbound count FILE.graph --scheme by-value   how many tail calls a run would make, at once\n"
    "  ./tailbound show FILE.graph --svg FILE.svg       the hierarchy and its frames, as text and picture\n"
    "  ./tailbound show FILE.graph --code               the machine code, beside the BPF instructions\n"
    "  ./tailbound schemes                              the designs that --scheme takes\n"
    "  ./tailbound oracles                              what a run is judged by; --only and --without choose\n"
    "  ./tailbound plugin --program HEX                 one program, for a BPF conformance suite\n"
    "  ./tailbound stack                                the largest machine stack, frame by frame\n"
    "  ./tailbound prove                                the bound by two solvers, for any programs\n"
    "  ./tailbound test                                 all tests, under sanitizers too\n"
    "  ./tailbound bench                                scenarios a second, by stage\n"
    "Exit codes: 0 holds, 1 finding or failed expectation, 2 bad input, 3 could not run.";

/// CLI11's first line alone: what was wrong and where.
std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

}  // namespace

void complain(std::string_view message) {
  // One line, whatever a file name or an argument holds.
  std::string line;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) line += fmt::format("\\x{:02x}", byte);
    else line += c;
  }
  fmt::print(stderr, "tailbound: {}\n", line);
}

CLI::Validator whole_number() {
  return {[](std::string& text) {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = error == std::errc() && end == text.data() + text.size();
            return whole ? std::string() : "'" + text + "' is no number from 0 to 2^64-1";
          },
          "NUMBER"};
}

CLI::Validator finite_number() {
  return {[](std::string& text) {
            double value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool good = error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
            return good ? std::string() : "'" + text + "' is no number";
          },
          "NUMBER"};
}

void add_arch(CLI::App& command, jit::Arch& arch, const std::string& what) {
  static const std::map<std::string, jit::Arch> names = {{"x86_64", jit::Arch::x86_64}, {"arm64", jit::Arch::arm64}};
  command.add_option("--arch", arch, what + ": x86_64 or arm64")
      ->transform(CLI::CheckedTransformer(names))
      ->default_str("x86_64");
}

const jit::SchemeView* scheme_or_complain(jit::Arch arch, std::string_view name) {
  const jit::SchemeView* const found = jit::find_scheme(arch, name);
  if (found != nullptr) return found;
  std::vector<std::string_view> names;
  for (const jit::SchemeView& scheme : jit::schemes_of(arch)) names.push_back(scheme.identity.name);
  complain(fmt::format("unknown scheme '{}' of {}; expected {}", name, jit::name_of(arch), fmt::join(names, " or ")));
  return nullptr;
}

void add_guest_options(CLI::App& command, engine::vm::GuestOptions& guests) {
  command.add_option("--guest-cpu", guests.cpu,
                     "vm: QEMU's CPU model [the one that emulates fastest; max has the most]");
  command.add_option("--guest-accelerator", guests.accelerator, "vm: QEMU's accelerator, tcg or kvm")
      ->capture_default_str();
}

void EngineOptions::add(CLI::App& command) {
  named_ = command.add_option("--engine", engines, "engines to run, separated by commas: " + engine_names())
               ->capture_default_str();
  command.add_option("--scheme", scheme, "how the JIT counts: " + scheme_names())->capture_default_str();
  add_guest_options(command, guests);
}

bool EngineOptions::read(EngineChoice& choice) const {
  choice.scheme = scheme;
  choice.guests = guests;
  choice.engines = CLI::detail::split(engines, ',');
  choice.by_default = named_ == nullptr || named_->count() == 0;
  if (const auto valid = check_names(choice); !valid) {
    complain(valid.error());
    return false;
  }
  return true;
}

bool prepare(const EngineChoice& choice) {
  const auto ready = prepare_engines(choice, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (!ready) complain(ready.error());
  return ready.has_value();
}

int run(int argc, char** argv) {
  CLI::App app{description, "tailbound"};
  app.footer(lesson);
  app.require_subcommand(1);
  app.set_version_flag("--version", "tailbound 0.1.0");
  Exit exit = Exit::holds;
  add_fuzz(app, exit);
  add_run(app, exit);
  add_replay(app, exit);
  add_blame(app, exit);
  add_reproduce(app, exit);
  add_report(app, exit);
  add_count(app, exit);
  add_show(app, exit);
  add_dump(app, exit);
  add_fidelity(app, exit);
  add_schemes(app, exit);
  add_oracles(app, exit);
  add_engines(app, exit);
  add_results(app, exit);
  add_plugin(app, exit);
  add_stack(app, exit);
  add_prove(app, exit);
  add_check_proofs(app, exit);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    complain(first_line(error.what()) + "; see tailbound --help");
    return static_cast<int>(Exit::bad_input);
  } catch (const std::exception& error) {
    complain(error.what());
    return static_cast<int>(Exit::could_not_run);
  }
  if (std::fflush(stdout) != 0 && exit == Exit::holds) {
    complain("standard output: could not be written");
    exit = Exit::could_not_run;
  }
  return static_cast<int>(exit);
}

}  // namespace tailbound::fuzz::cli

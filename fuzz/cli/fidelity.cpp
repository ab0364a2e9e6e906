// tailbound fidelity
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "fuzz/campaign/fidelity_campaign.hpp"
#include "fuzz/campaign/hardening.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/image_options.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

struct FidelityOptions {
  ImageOptions images;
  FidelityPlan plan;
  bool json = false;
  bool markdown = false;
  bool harden = false;
};

volatile std::sig_atomic_t stopped = 0;

/// What was compared is printed, and a setting of the kernel is put back.
void stop_at_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, [](int) { stopped = 1; });
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// One line on a terminal, over itself.
class Progress {
 public:
  explicit Progress(std::uint64_t scenarios) : scenarios_(scenarios), terminal_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }

  void show(const FidelityResult& result) {
    const fidelity::Tally& tally = result.tally;
    if (!terminal_ || tally.scenarios % 100 != 0) return;
    shown_ = true;
    fmt::print(stderr, "\r{} of {} scenarios, {} of {} functions the same", tally.scenarios, scenarios_,
               tally.same, tally.functions);
  }

 private:
  std::uint64_t scenarios_;
  bool terminal_;
  bool shown_ = false;
};

std::string offsets(const jit::Options& options) {
  return fmt::format("max_entries {}, ptrs {}, bpf_func {}", options.max_entries, options.ptrs,
                     options.bpf_func);
}

void print_text(const ImageSource& images, const FidelityOptions& options, const FidelityResult& result) {
  const fidelity::Recognised& r = images.recognised;
  const fidelity::Tally& t = result.tally;
  const std::string named = jit::text(r.options);
  fmt::print("kernel {}, {}: scheme {}{}{}; {}\n", images.kernel, images.machine, r.scheme,
             named.empty() ? "" : ", ", named, offsets(r.options));
  fmt::print("{} scenarios of seed {}: {} programs, {} functions, {} tail-call sites ({} direct)\n",
             t.scenarios, options.plan.seed, t.programs, t.functions, t.sites, t.direct_sites);
  fmt::print("{} of {} functions are the same byte for byte ({:.2f} %)\n", t.same, t.functions,
             percent(t.same, t.functions));
  if (!r.hardened)
    fmt::print("{} of {} instructions have their address in the kernel's image\n", t.located, t.slots);
  for (const auto& [kind, row] : t.classes) {
    fmt::print("{:>7}  {}\n         first: scenario {}, program {}, function {}, instruction {}: {}\n",
               row.functions, kind, row.scenario, row.program, row.first.function, row.first.insn, row.insn);
    if (!row.first.ours.empty() || !row.first.theirs.empty())
      fmt::print("         ours   +{:#x}: {}\n         kernel +{:#x}: {}\n", row.first.ours_at, row.first.ours,
                 row.first.theirs_at, row.first.theirs);
    const std::string& file = result.files.at(kind);
    if (!file.empty()) fmt::print("         {}{}\n", options.plan.command, file);
  }
  if (result.refused != 0) fmt::print("{} scenarios could not be compared\n", result.refused);
}

/// A row of the table in docs/fidelity.md.
void print_markdown(const ImageSource& images, const FidelityOptions& options, const FidelityResult& result) {
  const fidelity::Recognised& r = images.recognised;
  const fidelity::Tally& t = result.tally;
  fmt::print("| {} | {} | {} | {} | {} | {} | {:.2f} % |\n", options.images.engine, images.kernel, r.scheme,
             jit::text(r.options), t.scenarios, t.functions, percent(t.same, t.functions));
}

ordered_json class_json(const std::string& kind, const fidelity::DifferenceClass& row,
                        const std::string& file) {
  return {{"kind", kind},
          {"functions", row.functions},
          {"scenario", row.scenario},
          {"program", row.program},
          {"function", row.first.function},
          {"insn", row.first.insn},
          {"text", row.insn},
          {"ours", row.first.ours},
          {"theirs", row.first.theirs},
          {"file", file}};
}

void print_json(const ImageSource& images, const FidelityOptions& options, const FidelityResult& result) {
  const fidelity::Tally& t = result.tally;
  const jit::Options& o = images.recognised.options;
  ordered_json classes = ordered_json::array();
  for (const auto& [kind, row] : t.classes) classes.push_back(class_json(kind, row, result.files.at(kind)));
  fmt::print("{}\n", reports::dump({{"engine", options.images.engine},
                                    {"kernel", images.kernel},
                                    {"machine", images.machine},
                                    {"scheme", images.recognised.scheme},
                                    {"options", jit::text(o)},
                                    {"max_entries", o.max_entries},
                                    {"ptrs", o.ptrs},
                                    {"bpf_func", o.bpf_func},
                                    {"seed", options.plan.seed},
                                    {"scenarios", t.scenarios},
                                    {"refused", result.refused},
                                    {"programs", t.programs},
                                    {"functions", t.functions},
                                    {"same", t.same},
                                    {"not_compiled", t.not_compiled},
                                    {"sites", t.sites},
                                    {"direct_sites", t.direct_sites},
                                    {"insns", t.slots},
                                    {"located", t.located},
                                    {"classes", classes}}));
}

/// What hardens the kernel whose images are compared, while it lives: nothing, the running one's setting, or a
/// guest that takes the place of the one that was probed. False, with a complaint, where it cannot be.
bool harden(const FidelityOptions& options, ImageSource& images, std::optional<Hardening>& hardening) {
  if (!options.harden) return true;
  images.recognised.hardened = true;
  images.recognised.options.blinding = true;
  if (options.images.engine != "kernel") {
    images.source.reset();  // one guest at a time
    auto guest = open_hardened_guest(options.images);
    if (guest) images.source = std::move(*guest);
    return guest.has_value();
  }
  auto hardened = Hardening::for_everybody();
  if (!hardened) {
    complain(hardened.error());
    return false;
  }
  hardening.emplace(std::move(*hardened));
  return true;
}

Exit compare(FidelityOptions options) {
  auto images = open_images(options.images);
  if (!images) return images.error().bad_input ? Exit::bad_input : Exit::could_not_run;
  stop_at_signals();
  std::optional<Hardening> hardening;
  if (!harden(options, *images, hardening)) return Exit::could_not_run;
  options.plan.command = fmt::format("./tailbound dump --engine {} ", options.images.engine);
  if (!options.images.guests.cpu.empty())
    options.plan.command += fmt::format("--guest-cpu {} ", options.images.guests.cpu);
  if (!options.images.scheme.empty())
    options.plan.command += fmt::format("--scheme {} ", options.images.scheme);
  Progress progress(options.plan.scenarios);
  const FidelityResult result = run_fidelity(*images->source, images->recognised, images->kernel, options.plan,
                                             [&](const FidelityResult& now) {
                                               progress.show(now);
                                               return stopped == 0;
                                             });
  for (const FidelityFault& fault : result.faults)
    complain(fmt::format("scenario {}: {}", fault.scenario, fault.what));
  options.json ? print_json(*images, options, result) : print_text(*images, options, result);
  if (options.markdown) print_markdown(*images, options, result);
  if (result.tally.same != result.tally.functions) return Exit::finding;
  return result.faults.empty() ? Exit::holds : Exit::could_not_run;
}

constexpr const char* lesson =
    "Generates scenarios, lets a kernel load them (nothing is run), and compiles what the kernel's verifier "
    "made of\n"
    "them by tailbound's own JIT, with the scheme and the options that the kernel is recognised by. Whole "
    "functions\n"
    "are compared, byte for byte; addresses are masked, but each must be the same wherever it is named.\n"
    "Exit 0: all are the same. Exit 1: some are not; each class of first differences is printed with how many\n"
    "functions part so, and its first scenario is written to --folder for `tailbound dump`.";

}  // namespace

void add_fidelity(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<FidelityOptions>();
  CLI::App* command = app.add_subcommand("fidelity", "how far a kernel's machine code is ours, byte for byte");
  command->footer(lesson);
  options->images.add(*command);
  command->add_option("--scenarios", options->plan.scenarios, "how many to compare")
      ->check(whole_number())
      ->capture_default_str();
  command->add_option("--seed", options->plan.seed, "of the scenarios")
      ->check(whole_number())
      ->capture_default_str();
  command->add_option("--folder", options->plan.folder, "for the first scenario of each class")
      ->capture_default_str();
  command->add_flag(
      "--harden", options->harden,
      "with net.core.bpf_jit_harden at 2: constants blinded, no direct tail calls. In the running kernel for\n"
      "everybody meanwhile, and put back at the end; in a guest, its own");
  CLI::Option* const json = command->add_flag("--json", options->json, "one JSON object instead of text");
  command->add_flag("--markdown", options->markdown, "a row of the table in docs/fidelity.md behind the text")
      ->excludes(json);
  command->callback([options, &exit] { exit = compare(*options); });
}

}  // namespace tailbound::fuzz::cli

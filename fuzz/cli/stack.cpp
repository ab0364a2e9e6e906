// tailbound stack
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "fuzz/cli/cli.hpp"
#include "gen/extreme/deepest_stack.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/names.hpp"
#include "jit/schemes.hpp"
#include "reports/files.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

/// kernel/bpf/verifier.c: the comment of check_max_stack_depth reckons with 32 times 256 bytes.
constexpr std::uint64_t kernel_comment = 8192;
/// THREAD_SIZE of both arches with pages of 4 KiB, all of it.
constexpr std::uint64_t kernel_stack = 16384;
/// Rows printed at each end of a long chain.
constexpr std::size_t rows_at_an_end = 16;

struct StackOptions {
  std::string limits = "linux-6.12";
  std::string scheme = "pointer";
  jit::Arch arch = jit::Arch::x86_64;
  std::string file;
  bool json = false;
};

std::string limits_names() {
  std::vector<std::string_view> names;
  for (const bpf::Limits& limits : bpf::all_limits()) names.push_back(limits.name);
  return fmt::format("{}", fmt::join(names, " or "));
}

/// What a frame is made of; the count is what the scheme's own sum has beyond the rest (on arm64 with registers
/// that pair with it).
struct Parts {
  std::uint32_t link = 16;  // return address and saved rbp, or the frame record
  std::uint32_t stack = 0;
  std::uint32_t count = 0;
  std::uint32_t saved = 0;
};
Parts parts_of(const jit::SchemeView& scheme, const jit::StackStep& step) {
  Parts parts{.stack = scheme.stack_bytes(step.frame), .saved = scheme.saved_bytes(step.frame)};
  parts.count = step.bytes - parts.link - parts.stack - parts.saved;
  return parts;
}

std::uint64_t sum_of(std::span<const jit::StackStep> steps) {
  std::uint64_t sum = 0;
  for (const jit::StackStep& step : steps) sum += step.bytes;
  return sum;
}

void print_rows(const jit::SchemeView& scheme, const bpf::Scenario& scenario, std::span<const jit::StackStep> steps,
                std::size_t first) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Parts parts = parts_of(scheme, steps[i]);
    fmt::print("  {:>5} {:>10}  {:<14}{:>8}{:>11}{:>7}{:>7}{:>7}\n", first + i + 1, steps[i].taken,
               bpf::name_of(scenario, steps[i].function), parts.link, parts.stack, parts.count, parts.saved,
               steps[i].bytes);
  }
}

void print_chain(const jit::SchemeView& scheme, const gen::DeepestStack& deepest) {
  fmt::print("  {:>5} {:>10}  {:<14}{:>8}{:>11}{:>7}{:>7}{:>7}\n", "frame", "tail calls", "function",
             scheme.arch == jit::Arch::x86_64 ? "ret+rbp" : "record", "BPF stack", "count", "r6-r9", "bytes");
  const std::span<const jit::StackStep> chain = deepest.bound.chain;
  if (chain.size() <= 2 * rows_at_an_end + 1) {
    print_rows(scheme, deepest.scenario, chain, 0);
  } else {
    const auto middle = chain.subspan(rows_at_an_end, chain.size() - 2 * rows_at_an_end);
    print_rows(scheme, deepest.scenario, chain.first(rows_at_an_end), 0);
    fmt::print("    …   {} frames of the same functions, {} bytes\n", middle.size(), sum_of(middle));
    print_rows(scheme, deepest.scenario, chain.last(rows_at_an_end), chain.size() - rows_at_an_end);
  }
  if (const std::uint64_t helper = deepest.bound.bytes - sum_of(chain); helper != 0) {
    fmt::print("        return address of the helper that the last frame calls{:>23}\n", helper);
  }
}

/// What the machine code of the scenario really uses; why not, where it cannot run.
std::expected<std::uint64_t, std::string> measured(const gen::DeepestStack& deepest, const StackOptions& options) {
  const auto engines = make_engines({.engines = {std::string(jit::name_of(options.arch))}, .scheme = options.scheme});
  if (!engines) return std::unexpected(engines.error());
  engine::Engine& engine = *engines->front();
  if (const auto why = engine.unavailable()) return std::unexpected(*why);
  const Observation& seen = engine.run_one(bpf::lower(deepest.scenario));
  if (!seen.unavailable.empty()) return std::unexpected(seen.unavailable);
  return seen.runs.front().stack_used;
}

ordered_json frames_json(const jit::SchemeView& scheme, const gen::DeepestStack& deepest) {
  ordered_json frames = ordered_json::array();
  for (const jit::StackStep& step : deepest.bound.chain) {
    const Parts parts = parts_of(scheme, step);
    frames.push_back({{"function", bpf::name_of(deepest.scenario, step.function)},
                      {"tail_calls", step.taken},
                      {"return_address_and_rbp", parts.link},
                      {"bpf_stack", parts.stack},
                      {"count", parts.count},
                      {"saved_registers", parts.saved},
                      {"bytes", step.bytes}});
  }
  return frames;
}

void print_text(const StackOptions& options, const jit::SchemeView& scheme, const gen::DeepestStack& deepest,
                const std::expected<std::uint64_t, std::string>& used) {
  const auto times = [&](std::uint64_t bytes) {
    return static_cast<double>(deepest.bound.bytes) / static_cast<double>(bytes);
  };
  fmt::print("largest machine stack under scheme {}, of {} shapes tried within the limits of {}\n\n",
             options.scheme, deepest.shapes, options.limits);
  print_chain(scheme, deepest);
  fmt::print("\n  sum                                {:>6} bytes\n", deepest.bound.bytes);
  if (used) fmt::print("  measured, {:<24} {:>6} bytes\n", fmt::format("{}/{}", jit::name_of(options.arch), options.scheme), *used);
  fmt::print("  the kernel's comment, 32 x 256     {:>6} bytes: {:.2f} times that\n", kernel_comment,
             times(kernel_comment));
  fmt::print("  a kernel stack                     {:>6} bytes: {:.2f} times that\n", kernel_stack,
             times(kernel_stack));
}

Exit judge(const StackOptions& options, const gen::DeepestStack& deepest, const jit::SchemeView& scheme) {
  const auto used = measured(deepest, options);
  if (options.json) {
    ordered_json object = {{"limits", options.limits},         {"arch", jit::name_of(options.arch)},
                           {"scheme", options.scheme},
                           {"bytes", deepest.bound.bytes},     {"measured", nullptr},
                           {"kernel_comment", kernel_comment}, {"kernel_stack", kernel_stack},
                           {"frames", frames_json(scheme, deepest)}};
    if (used) object["measured"] = *used;
    fmt::print("{}\n", object.dump());
  } else {
    print_text(options, scheme, deepest, used);
  }
  if (!used) {
    complain("not measured: " + used.error());
    return Exit::could_not_run;
  }
  return *used == deepest.bound.bytes ? Exit::holds : Exit::finding;
}

Exit stack(const StackOptions& options) {
  const jit::SchemeView* const scheme = scheme_or_complain(options.arch, options.scheme);
  if (scheme == nullptr) return Exit::bad_input;
  const bpf::Limits* const limits = bpf::find_limits(options.limits);
  if (limits == nullptr) {
    complain(fmt::format("unknown limits '{}'; expected {}", options.limits, limits_names()));
    return Exit::bad_input;
  }
  if (!scheme->identity.nests_within_limit) {
    complain(fmt::format("scheme '{}' does not keep nested tail calls within {}: no bound to reach",
                         options.scheme, bpf::max_tail_call_cnt));
    return Exit::could_not_run;
  }
  const gen::DeepestStack deepest =
      gen::deepest_stack(*limits, scheme->stack_costs, bpf::max_tail_call_cnt);
  if (!options.file.empty()) {
    if (const auto written = reports::write_file(options.file, bpf::print_graph(deepest.scenario)); !written) {
      complain(written.error());
      return Exit::could_not_run;
    }
  }
  return judge(options, deepest, *scheme);
}

constexpr const char* lesson =
    "Searches the shapes of programs that a kernel's verifier accepts for the largest machine stack, adds it up\n"
    "frame by frame, and runs it natively: the high-water mark must be the sum (else exit 1).\n"
    "  ./tailbound stack\n"
    "  ./tailbound stack --limits linux-6.1 --scheme by-value --write deep.graph";

}  // namespace

void add_stack(CLI::App& app, Exit& exit) {
  auto options = std::make_shared<StackOptions>();
  CLI::App* command = app.add_subcommand("stack", "the largest machine stack that a kernel's limits accept");
  command->footer(lesson);
  command->add_option("--limits", options->limits, "what the verifier accepts: " + limits_names())
      ->capture_default_str();
  command->add_option("--scheme", options->scheme, "how the JIT counts: " + scheme_names())
      ->capture_default_str();
  add_arch(*command, options->arch, "whose frames");
  command->add_option("--write", options->file, "write the scenario to this .graph file");
  command->add_flag("--json", options->json, "one JSON object as the last line of the output");
  command->callback([options, &exit] { exit = stack(*options); });
}

}  // namespace tailbound::fuzz::cli

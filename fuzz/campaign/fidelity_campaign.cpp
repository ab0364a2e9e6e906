#include "fuzz/campaign/fidelity_campaign.hpp"

#include <fmt/format.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"

namespace tailbound::fuzz {

namespace {

constexpr std::size_t faults_kept = 5;
/// Scenarios whose slots are filled, so that sites are compared in both states.
constexpr std::uint64_t filled_one_in = 8;

/// Letters and digits alone: "jne, 2 bytes | 6 bytes" becomes "jne-2-bytes-6-bytes".
std::string file_stem(const std::string& kind) {
  std::string stem;
  for (const char c : kind) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) stem += c;
    else if (!stem.empty() && stem.back() != '-') stem += '-';
  }
  while (stem.ends_with('-')) stem.pop_back();
  return stem.substr(0, 60);
}

class Run {
 public:
  Run(dump::DumpSource& source, const fidelity::Recognised& recognised, const std::string& kernel,
      const FidelityPlan& plan)
      : source_(source), recognised_(recognised), kernel_(kernel), plan_(plan) {}

  FidelityResult run(const std::function<bool(const FidelityResult&)>& progress) {
    for (std::uint64_t n = 0; n < plan_.scenarios; ++n) {
      one(n);
      if (!progress(result_)) break;
    }
    return std::move(result_);
  }

 private:
  void one(std::uint64_t n) {
    gen::ByteSource bytes(gen::scenario_seed(plan_.seed, n));
    const bpf::Scenario scenario = gen::generate(bytes, gen::Budget{});
    bpf::lower(scenario, lowered_);
    result_.tally.scenarios += 1;
    const auto dumped = source_.dump(lowered_, n % filled_one_in == 0);
    if (!dumped) return refuse(n, dumped.error());
    for (std::uint16_t p = 0; p < dumped->programs.size(); ++p) {
      const dump::Source source(lowered_.programs[p]);
      const auto examined = fidelity::examine(dumped->programs[p], recognised_, &source);
      if (!examined) return refuse(n, fmt::format("program {}: {}", p, examined.error()));
      if (result_.tally.add(*examined, n, p)) write_examples(n, scenario);
    }
  }

  void refuse(std::uint64_t n, const std::string& what) {
    result_.refused += 1;
    keep({n, what});
  }

  void keep(FidelityFault fault) {
    if (result_.faults.size() < faults_kept) result_.faults.push_back(std::move(fault));
  }

  void write_examples(std::uint64_t n, const bpf::Scenario& scenario) {
    for (const auto& [kind, row] : result_.tally.classes) {
      if (result_.files.contains(kind)) continue;
      const auto path = plan_.folder / (file_stem(kind) + ".graph");
      const auto written = reports::write_new_file(path, head(kind, row) + bpf::print_graph(scenario));
      result_.files[kind] = written ? written->string() : "";
      if (!written) keep({n, written.error()});
    }
  }

  std::string head(const std::string& kind, const fidelity::DifferenceClass& row) const {
    const std::string options = jit::text(recognised_.options);
    return fmt::format(
        "# fidelity: {}\n# kernel {}, {}; scheme {}{}{}\n# seed {}, scenario {}: program {}, function {}, "
        "instruction {}: {}\n# ours   +{:#x}: {}\n# kernel +{:#x}: {}\n# shown by: {}FILE\n\n",
        kind, kernel_, recognised_.arch->machine, recognised_.scheme, options.empty() ? "" : ", ", options,
        plan_.seed, row.scenario, row.program, row.first.function, row.first.insn, row.insn, row.first.ours_at,
        row.first.ours, row.first.theirs_at, row.first.theirs, plan_.command);
  }

  dump::DumpSource& source_;
  const fidelity::Recognised& recognised_;
  const std::string& kernel_;
  const FidelityPlan& plan_;
  FidelityResult result_;
  bpf::Lowered lowered_;
};

}  // namespace

FidelityResult run_fidelity(dump::DumpSource& source, const fidelity::Recognised& recognised,
                            const std::string& kernel, const FidelityPlan& plan,
                            const std::function<bool(const FidelityResult&)>& progress) {
  return Run(source, recognised, kernel, plan).run(progress);
}

}  // namespace tailbound::fuzz

#include "tests/bench/mix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gen/generate.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::bench {

namespace {

constexpr std::size_t scenarios = 1024;

std::uint64_t median(std::vector<std::uint64_t> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

std::uint64_t slots(const bpf::Lowered& lowered) {
  std::uint64_t sum = 0;
  for (const bpf::Bytecode& program : lowered.programs) sum += program.insns.size();
  return sum;
}

Mix make() {
  Mix mix;
  model::Walker walker({});
  for (std::uint64_t n = 0; n < scenarios; ++n) {
    gen::ByteSource source(gen::scenario_seed(1, n));
    mix.scenarios.push_back(gen::generate(source, {}));
    mix.lowered.push_back(bpf::lower(mix.scenarios.back()));
    mix.instructions += slots(mix.lowered.back());
    const Observation& seen = walker.walk(mix.scenarios.back());
    for (const RunObservation& run : seen.runs) {
      mix.tail_calls += run.tail_calls(seen.layout);
      mix.entries += run.ledger[bpf::LedgerLayout::total];
    }
  }
  return mix;
}

}  // namespace

const Mix& reference_mix() {
  static const Mix mix = make();
  return mix;
}

std::string describe(const Mix& mix) {
  std::vector<std::uint64_t> programs, functions, instructions, attempts, entries;
  std::size_t at_limit = 0, in_subprogram = 0, no_fuel = 0, runs = 0;
  model::Walker walker({});
  for (std::size_t i = 0; i < mix.scenarios.size(); ++i) {
    const Observation& seen = walker.walk(mix.scenarios[i]);
    const bpf::Numbering numbering = bpf::number(mix.scenarios[i]);
    programs.push_back(mix.scenarios[i].programs.size());
    functions.push_back(numbering.functions);
    instructions.push_back(slots(mix.lowered[i]));
    std::uint64_t tried = 0, entered = 0;
    bool sub = false;
    for (const RunObservation& run : seen.runs) {
      tried += run.attempts(seen.layout);
      entered += run.ledger[bpf::LedgerLayout::total];
      no_fuel += run.out_of_fuel() ? 1 : 0;
      ++runs;
      for (std::uint32_t id = 0; id < numbering.functions; ++id) {
        if (numbering.ref(id).is_main()) continue;
        for (std::uint32_t s = numbering.first_site[id]; s < numbering.first_site[id + 1]; ++s) {
          sub |= run.ledger[seen.layout.attempts(s)] > run.ledger[seen.layout.fall_throughs(s)];
        }
      }
    }
    attempts.push_back(tried);
    entries.push_back(entered);
    in_subprogram += sub ? 1 : 0;
    bool limit = false;
    for (const auto& context : walker.contexts()) limit |= context.at_limit > 0;
    at_limit += limit ? 1 : 0;
  }
  const auto percent = [](std::size_t part, std::size_t whole) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  return fmt::format(
      "reference mix: {} scenarios, campaign seed 1\n"
      "  median programs {}, functions {}, instructions {}, attempts {}, entries {}\n"
      "  {:.1f} % reach the limit, {:.1f} % take tail calls in subprograms, {:.2f} % of runs end without fuel\n",
      mix.scenarios.size(), median(programs), median(functions), median(instructions), median(attempts),
      median(entries), percent(at_limit, mix.scenarios.size()), percent(in_subprogram, mix.scenarios.size()),
      percent(no_fuel, runs));
}

}  // namespace tailbound::bench

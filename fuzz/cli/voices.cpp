#include "fuzz/cli/voices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tailbound::fuzz::cli {

using nlohmann::ordered_json;

std::vector<Voice> engine_voices(const Judge& judge) {
  std::vector<Voice> all;
  for (std::size_t e = 0; e < judge.engines().size(); ++e) {
    all.push_back({judge.engines()[e]->identity().text(), &judge.observed(e)});
  }
  return all;
}

void print_runs(const bpf::Scenario& scenario, std::span<const Voice> voices) {
  std::size_t r = 0;
  for (const bpf::Event& event : scenario.events) {
    const auto* run = std::get_if<bpf::Run>(&event);
    if (run == nullptr) continue;
    fmt::print("run {}: {}\n", r + 1, scenario.programs[run->program].name());
    fmt::print("  {:<31}{:>11}{:>10}{:>10}{:>22}  {}\n", "", "tail calls", "refused", "entries", "return",
               "ended");
    for (const Voice& voice : voices) {
      if (!voice.seen->unavailable.empty()) {
        fmt::print("  {:<31}unavailable: {}\n", voice.name, voice.seen->unavailable);
        continue;
      }
      if (r >= voice.seen->runs.size()) {
        fmt::print("  {:<31}did not come to it{}\n", voice.name,
                   voice.seen->log.empty() ? "" : ": " + voice.seen->log);
        continue;
      }
      const RunObservation& seen = voice.seen->runs[r];
      const bpf::LedgerLayout& layout = voice.seen->layout;
      fmt::print("  {:<31}{:>11}{:>10}{:>10}{:>22}  {}{}\n", voice.name, seen.tail_calls(layout),
                 seen.fall_throughs(layout), seen.ledger[bpf::LedgerLayout::total], seen.return_value,
                 name(seen.status), seen.out_of_fuel() ? ", out of fuel" : "");
    }
    ++r;
  }
}

ordered_json runs_json(std::span<const Voice> voices) {
  ordered_json engines = ordered_json::array();
  for (const Voice& voice : voices) {
    ordered_json runs = ordered_json::array();
    for (const RunObservation& seen : voice.seen->runs) {
      runs.push_back({{"ended", name(seen.status)},
                      {"tail_calls", seen.tail_calls(voice.seen->layout)},
                      {"refused", seen.fall_throughs(voice.seen->layout)},
                      {"entries", seen.ledger[bpf::LedgerLayout::total]},
                      {"return", seen.return_value},
                      {"out_of_fuel", seen.out_of_fuel()}});
    }
    ordered_json row = {{"name", voice.name}, {"runs", runs}, {"unavailable", nullptr}};
    if (const std::uint64_t used = stack_used(*voice.seen); used != 0) row["machine_stack_used"] = used;
    if (!voice.seen->unavailable.empty()) row["unavailable"] = voice.seen->unavailable;
    engines.push_back(std::move(row));
  }
  return engines;
}

std::uint64_t stack_used(const Observation& seen) {
  std::uint64_t most = 0;
  for (const RunObservation& run : seen.runs) most = std::max(most, run.stack_used);
  return most;
}

}  // namespace tailbound::fuzz::cli

// What each engine, and the model, showed of a scenario's runs: the table and the JSON of `tailbound run`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::fuzz::cli {

struct Voice {
  std::string name;
  const Observation* seen;
};

/// The engines in their order.
std::vector<Voice> engine_voices(const Judge& judge);
void print_runs(const bpf::Scenario& scenario, std::span<const Voice> voices);
nlohmann::ordered_json runs_json(std::span<const Voice> voices);

/// High-water mark of its runs; 0: none was measured.
std::uint64_t stack_used(const Observation& seen);

}  // namespace tailbound::fuzz::cli

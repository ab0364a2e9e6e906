// What a judged scenario did, as counters that guide a search: a scenario that fills a new one is worth
// keeping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "jit/bpf/scenario.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::features {

inline constexpr std::size_t counters = 2048;

/// Adds what the judge's last scenario did, saturating at 255. `counters` are not cleared first.
void count(const bpf::Scenario& scenario, const Judge& judge, const Judgement& judgement,
           std::span<volatile std::uint8_t, counters> into);
/// The same from the model alone: the walker's last walk was of this scenario and gave `seen`.
void count(const bpf::Scenario& scenario, const model::Walker& walker, const Observation& seen,
           std::span<volatile std::uint8_t, counters> into);

/// What a counter counts, e.g. "attempt: at limit, direct, in a subprogram, count 33 and more"; empty for one
/// that nothing is counted in.
std::string describe(std::size_t counter);

}  // namespace tailbound::features

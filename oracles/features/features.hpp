// What a judged scenario did, as counters that guide a search: a scenario that fills a new one is worth keeping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "jit/bpf/scenario.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::features {

inline constexpr std::size_t counters = 2048;

/// Adds what the judge's last scenario did, saturating at 255. `counters` are not cleared first.
void count(const bpf::Scenario& scenario, const Judge& judge, const Judgement& judgement,
           std::span<volatile std::uint8_t, counters> into);

}  // namespace tailbound::features

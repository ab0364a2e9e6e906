// What proposes scenarios to a worker.
#pragma once

#include "fuzz/campaign/worker.hpp"

namespace tailbound::fuzz {

/// Scenario by scenario of the campaign's seed; each can be drawn again from its number.
void run_seed_driver(Worker& worker);

/// The scenario that the seed driver judges as `number`.
bpf::Scenario scenario_of_seed(const CampaignOptions& options, std::uint64_t number);

/// libFuzzer over the codec's bytes. Ends the process, since libFuzzer's driver knows no other way: with 0 when the
/// worker is done, with 3 when libFuzzer ends by itself.
[[noreturn]] void run_libfuzzer(Worker& worker);

}  // namespace tailbound::fuzz

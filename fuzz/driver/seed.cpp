#include "fuzz/driver/drivers.hpp"

namespace tailbound::fuzz {

bpf::Scenario scenario_of_seed(const CampaignOptions& options, std::uint64_t number) {
  gen::ByteSource source(gen::scenario_seed(options.seed, number));
  return gen::generate(source, options.plan);
}

void run_seed_driver(Worker& worker) {
  while (!worker.done()) {
    const std::uint64_t number = worker.index() + worker.started() * worker.options().jobs;
    worker.under_way(number);
    worker.judge(scenario_of_seed(worker.options(), number));
  }
}

}  // namespace tailbound::fuzz

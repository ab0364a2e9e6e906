#include <algorithm>
#include <vector>

#include "fuzz/driver/drivers.hpp"

namespace tailbound::fuzz {

bpf::Scenario scenario_of_seed(const CampaignOptions& options, std::uint64_t number) {
  gen::ByteSource source(gen::scenario_seed(options.seed, number));
  return gen::generate(source, options.plan);
}

void run_seed_driver(Worker& worker) {
  const std::size_t batch = worker.batch();
  std::vector<bpf::Scenario> scenarios;
  while (!worker.done()) {
    const auto number = [&](std::size_t ahead) {
      return worker.index() + (worker.started() + ahead) * worker.options().jobs;
    };
    scenarios.clear();
    // Few at first: what the first ones show is not to wait for a whole batch.
    const std::size_t count = std::min<std::uint64_t>({batch, worker.left(), worker.started() + 8});
    for (std::size_t i = 0; i < count; ++i) scenarios.push_back(scenario_of_seed(worker.options(), number(i)));
    worker.under_way(number(0));
    if (batch > 1) worker.run_ahead(scenarios);
    for (const bpf::Scenario& scenario : scenarios) {
      if (worker.done()) break;
      worker.under_way(number(0));
      worker.judge(scenario);
    }
  }
}

}  // namespace tailbound::fuzz

#include "gen/reduce/shrinks.hpp"

#include <algorithm>
#include <utility>

#include "gen/reduce/pass.hpp"
#include "gen/reduce/size.hpp"

namespace tailbound::gen {

std::vector<bpf::Scenario> shrinks_of(const bpf::Scenario& scenario) {
  std::vector<bpf::Scenario> found;
  for (const Pass& pass : passes()) {
    bool end = false;
    for (std::size_t n = 0; !end; ++n) {
      auto smaller = take_step(pass, scenario, n, end);
      if (!smaller || !is_smaller(*smaller, scenario)) continue;
      if (std::ranges::count(found, *smaller) == 0) found.push_back(std::move(*smaller));
    }
  }
  return found;
}

}  // namespace tailbound::gen

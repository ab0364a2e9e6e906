#include "reports/names.hpp"

#include "jit/bpf/names.hpp"

namespace tailbound::reports {

std::vector<std::string> function_names(const bpf::Scenario& scenario) {
  std::vector<std::string> names;
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    for (std::uint16_t f = 0; f < scenario.programs[p].functions.size(); ++f) {
      names.push_back(bpf::name_of(scenario, {p, f}));
    }
  }
  return names;
}

}  // namespace tailbound::reports

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

void make_anonymous(bpf::Scenario& scenario) {
  for (std::size_t p = 0; p < scenario.programs.size(); ++p) {
    auto& functions = scenario.programs[p].functions;
    functions[0].name = bpf::canonical::program(p);
    for (std::size_t f = 1; f < functions.size(); ++f) functions[f].name = bpf::canonical::subprogram(f);
  }
  for (std::size_t m = 0; m < scenario.maps.size(); ++m) scenario.maps[m].name = bpf::canonical::map(m);
  for (std::size_t a = 0; a < scenario.arrays.size(); ++a) scenario.arrays[a].name = bpf::canonical::array(a);
}

}  // namespace tailbound::reports

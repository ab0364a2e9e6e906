// Repair of names: what is no name, or is taken, becomes a canonical one.
#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "jit/bpf/names.hpp"
#include "jit/bpf/repair_parts.hpp"

namespace tailbound::bpf::repairing {

namespace {

using Canonical = std::string (*)(std::size_t);

/// The names of one scope. Those that may stay are taken in first, so that no canonical name drives one out.
class Scope {
 public:
  void add(std::string& name, std::size_t index, Canonical canonical) {
    if (!is_name(name) || !taken_.insert(name).second) waiting_.push_back({&name, index, canonical});
  }
  void take(const std::string& name) { taken_.insert(name); }

  void settle() {
    for (const Waiting& each : waiting_) *each.name = free_name(each.index, each.canonical);
  }

 private:
  struct Waiting {
    std::string* name;
    std::size_t index;
    Canonical canonical;
  };

  /// Its own canonical name, else the next one that is free.
  std::string free_name(std::size_t index, Canonical canonical) {
    std::string name = canonical(index);
    while (!taken_.insert(name).second) name = canonical(++index);
    return name;
  }

  std::set<std::string> taken_;
  std::vector<Waiting> waiting_;
};

/// Asked first: most names may stay, and to see it needs no copies of them.
bool all_good(std::vector<std::string_view>& scope) {
  if (!std::ranges::all_of(scope, is_name)) return false;
  std::ranges::sort(scope);
  return std::ranges::adjacent_find(scope) == scope.end();
}

bool all_good(const Scenario& scenario) {
  std::vector<std::string_view> scope;
  for (const Program& program : scenario.programs) {
    scope.clear();
    for (const Function& function : program.functions) scope.push_back(function.name);
    if (!all_good(scope)) return false;
  }
  scope.clear();
  for (const Program& program : scenario.programs) scope.push_back(program.name());
  if (!all_good(scope)) return false;
  scope.clear();
  for (const ArrayMap& map : scenario.maps) scope.push_back(map.name);
  for (const ProgArray& array : scenario.arrays) scope.push_back(array.name);
  return all_good(scope);
}

void program_names(Scenario& scenario) {
  Scope scope;
  for (std::size_t p = 0; p < scenario.programs.size(); ++p) {
    scope.add(scenario.programs[p].functions[0].name, p, canonical::program);
  }
  scope.settle();
}

void subprogram_names(Program& program) {
  Scope scope;
  scope.take(program.name());
  for (std::size_t f = 1; f < program.functions.size(); ++f) {
    scope.add(program.functions[f].name, f, canonical::subprogram);
  }
  scope.settle();
}

void map_names(Scenario& scenario) {
  Scope scope;
  for (std::size_t m = 0; m < scenario.maps.size(); ++m) scope.add(scenario.maps[m].name, m, canonical::map);
  for (std::size_t a = 0; a < scenario.arrays.size(); ++a)
    scope.add(scenario.arrays[a].name, a, canonical::array);
  scope.settle();
}

}  // namespace

void names(Scenario& scenario) {
  if (all_good(scenario)) return;
  program_names(scenario);
  for (Program& program : scenario.programs) subprogram_names(program);
  map_names(scenario);
}

}  // namespace tailbound::bpf::repairing
